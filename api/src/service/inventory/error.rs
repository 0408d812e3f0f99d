//! Why a change of stock is refused.

use uuid::Uuid;

use crate::database::IsTransient;
use crate::error::Error;

/// A refusal of an inventory use case.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// Fewer units than wanted.
    #[error("too few units of variant {variant_id}")]
    InsufficientStock {
        /// The variant.
        variant_id: Uuid,
    },
    /// The warehouse never promised a line's units, or sent them already.
    #[error("nothing is promised to line {line_id} here")]
    NotPromised {
        /// The order's line.
        line_id: Uuid,
    },
}

impl From<sea_orm::DbErr> for InventoryError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for InventoryError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::InsufficientStock { .. } | Self::NotPromised { .. } => false,
        }
    }
}
