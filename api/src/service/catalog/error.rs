//! Why a change of the catalog is refused.

use crate::database::IsTransient;
use crate::error::{Error, FieldPath};

/// A refusal of a catalog use case.
#[derive(Debug, thiserror::Error)]
pub enum CatalogError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// A slug, SKU, barcode or key that must be unique is in use.
    #[error("{value:?} is in use")]
    Taken {
        /// Where it stands in `input`.
        field: FieldPath,
        /// The value in use.
        value: String,
    },
    /// A variant's choices do not fit the product's options, or are another variant's.
    #[error("{reason}")]
    OptionMismatch {
        /// Where they stand in `input`.
        field: FieldPath,
        /// What does not fit.
        reason: OptionMismatch,
    },
    /// The product is not in a status that allows this.
    #[error("an archived product stays as it is")]
    Archived,
    /// A bundle cannot be part of a bundle.
    #[error("a bundle is not part of a bundle")]
    NestedBundle {
        /// Where it stands in `input`.
        field: FieldPath,
    },
    /// A variant with stock of its own, or that was ordered as a single article, cannot become a bundle.
    #[error("the variant has stock or was ordered as a single article")]
    HasStock,
    /// A product without any variant for sale cannot be published.
    #[error("the product has no variant with a price")]
    NothingToSell,
}

/// How choices and options disagree.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OptionMismatch {
    /// The choices are not among the product's options.
    #[error(transparent)]
    Choices(#[from] domain::catalog::CatalogError),
    /// Two variants have the same choices.
    #[error("variants {0:?} and {1:?} have the same choices")]
    Repeated(String, String),
}

impl From<sea_orm::DbErr> for CatalogError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for CatalogError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Taken { .. }
            | Self::OptionMismatch { .. }
            | Self::Archived
            | Self::NestedBundle { .. }
            | Self::HasStock
            | Self::NothingToSell => false,
        }
    }
}
