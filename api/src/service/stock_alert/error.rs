//! Why nobody can wait for something.

use crate::database::IsTransient;
use crate::error::Error;

/// Refusals of the area.
#[derive(Debug, thiserror::Error)]
pub enum StockAlertError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// It can be had now.
    #[error("the variant can be had now")]
    InStock,
}

impl From<sea_orm::DbErr> for StockAlertError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for StockAlertError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::InStock => false,
        }
    }
}
