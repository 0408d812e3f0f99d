//! Why gift cards and store credit do not move.

use domain::Money;

use crate::database::IsTransient;
use crate::error::Error;

/// A refusal of a mutation of gift cards or store credit.
#[derive(Debug, thiserror::Error)]
pub enum CreditError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// There is less.
    #[error("only {available} can be spent")]
    Insufficient {
        /// What there is.
        available: Money,
    },
    /// The card ended or was cancelled.
    #[error("the gift card ended or was cancelled")]
    CardClosed,
}

impl From<sea_orm::DbErr> for CreditError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for CreditError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Insufficient { .. } | Self::CardClosed => false,
        }
    }
}
