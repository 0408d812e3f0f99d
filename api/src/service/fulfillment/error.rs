//! Why a parcel is refused.

use domain::order::FulfillmentTransitionError;

use crate::database::IsTransient;
use crate::error::Error;
use crate::service::inventory::InventoryError;

/// A refusal of a fulfilment mutation.
#[derive(Debug, thiserror::Error)]
pub enum FulfillmentError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The parcel is not in a status for this.
    #[error(transparent)]
    InvalidTransition(#[from] FulfillmentTransitionError),
    /// The order is not certain, or over.
    #[error("the order's goods cannot be sent now")]
    OrderNotReady,
    /// The warehouse has promised fewer units to the order.
    #[error("the warehouse has too few units")]
    InsufficientStock,
    /// More units than are open.
    #[error("more units than there are")]
    QuantityTooHigh {
        /// Place of the line in the input.
        index: usize,
    },
    /// Money is owed.
    #[error("the order must be paid first")]
    Unpaid,
}

impl From<sea_orm::DbErr> for FulfillmentError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<InventoryError> for FulfillmentError {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Common(error) => Self::Common(error),
            InventoryError::InsufficientStock { .. } | InventoryError::NotPromised { .. } => {
                Self::InsufficientStock
            }
        }
    }
}

impl IsTransient for FulfillmentError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::InvalidTransition(_)
            | Self::OrderNotReady
            | Self::InsufficientStock
            | Self::QuantityTooHigh { .. }
            | Self::Unpaid => false,
        }
    }
}
