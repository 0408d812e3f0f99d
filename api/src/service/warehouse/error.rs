//! Why a change of stock or of a warehouse was refused.

use crate::database::IsTransient;
use crate::error::Error;

/// Refusals of the area. Indexes are places in the list of the input.
#[derive(Debug, thiserror::Error)]
pub enum StockError {
    /// What every area has.
    #[error(transparent)]
    Common(#[from] Error),
    /// No variant has this SKU.
    #[error("no variant has the SKU {sku}")]
    UnknownSku {
        /// Place in the input.
        index: usize,
        /// The SKU.
        sku: String,
    },
    /// No warehouse has this code.
    #[error("no warehouse has the code {code}")]
    UnknownWarehouse {
        /// Place in the input.
        index: usize,
        /// The code.
        code: String,
    },
    /// A bundle has no stock of its own.
    #[error("{sku} is a bundle and has the stock of its components")]
    Bundle {
        /// Place in the input.
        index: usize,
        /// The SKU.
        sku: String,
    },
    /// Stock would fall below zero or below what is promised to orders.
    #[error("stock of {sku} would fall below what is promised")]
    InsufficientStock {
        /// Place in the input.
        index: usize,
        /// The SKU.
        sku: String,
    },
}

impl From<sea_orm::DbErr> for StockError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for StockError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::UnknownSku { .. }
            | Self::UnknownWarehouse { .. }
            | Self::Bundle { .. }
            | Self::InsufficientStock { .. } => false,
        }
    }
}
