//! Why a parcel is refused.

use chrono::{DateTime, Utc};
use domain::order::{FulfillmentStatus, FulfillmentTransitionError, SplitError};

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
    /// Somebody has begun to pick the parcel, or it has left.
    #[error("a parcel in {0} stays as it is")]
    Touched(FulfillmentStatus),
    /// The parcel has not left yet.
    #[error("the parcel has not left yet")]
    NotLeft,
    /// Something must stay in a parcel that is split.
    #[error("nothing would be left in the parcel")]
    NothingStays,
    /// Something in it may not leave before this.
    #[error("goods of a presale may not leave before {0}")]
    TooEarly(DateTime<Utc>),
    /// Money is owed.
    #[error("the order must be paid first")]
    Unpaid,
}

impl From<SplitError> for FulfillmentError {
    fn from(error: SplitError) -> Self {
        match error {
            SplitError::UnknownLine { index } => {
                let field = ["lines", &index.to_string(), "lineId"];
                Self::Common(Error::invalid(&field, "this line is not in the parcel"))
            }
            SplitError::TooMany { index } => Self::QuantityTooHigh { index },
            SplitError::NothingStays => Self::NothingStays,
        }
    }
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
            | Self::Touched(_)
            | Self::NotLeft
            | Self::NothingStays
            | Self::TooEarly(_)
            | Self::Unpaid => false,
        }
    }
}
