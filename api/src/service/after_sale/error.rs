//! Why an after-sale case is refused.

use domain::Money;
use domain::after_sale::{AfterSaleTransitionError, ClaimError, FindingError};

use crate::database::IsTransient;
use crate::error::Error;
use crate::service::inventory::InventoryError;
use crate::service::payment::PaymentError;

/// A refusal of an after-sale mutation.
#[derive(Debug, thiserror::Error)]
pub enum AfterSaleError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The case is not in a status for this.
    #[error(transparent)]
    InvalidTransition(#[from] AfterSaleTransitionError),
    /// The case is made good with other goods.
    #[error("other goods are sent for this case")]
    GoodsAreSent,
    /// A line cannot be claimed.
    #[error("line {index}: {error}")]
    Claim {
        /// Place of the line in the input.
        index: usize,
        /// Why.
        error: ClaimError,
    },
    /// What was found cannot be taken.
    #[error(transparent)]
    Finding(#[from] FindingError),
    /// The total is not the one the caller saw.
    #[error("the total is {} {} now", .0.amount_text(), .0.currency)]
    TotalChanged(Money),
    /// There are too few units of what is to be sent instead.
    #[error("there are too few units to send instead")]
    InsufficientStock,
}

impl AfterSaleError {
    /// Whether the request was turned down for certain; otherwise it may have had its effect all the same.
    pub(super) fn is_refusal(&self) -> bool {
        !matches!(
            self,
            Self::Common(Error::Internal(_) | Error::Unavailable(_))
        )
    }
}

impl From<sea_orm::DbErr> for AfterSaleError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<PaymentError> for AfterSaleError {
    fn from(error: PaymentError) -> Self {
        Self::Common(error.into())
    }
}

impl From<InventoryError> for AfterSaleError {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Common(error) => Self::Common(error),
            InventoryError::InsufficientStock { .. } | InventoryError::NotPromised { .. } => {
                Self::InsufficientStock
            }
        }
    }
}

impl IsTransient for AfterSaleError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::InvalidTransition(_)
            | Self::GoodsAreSent
            | Self::Claim { .. }
            | Self::Finding(_)
            | Self::TotalChanged(_)
            | Self::InsufficientStock => false,
        }
    }
}
