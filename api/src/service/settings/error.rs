//! Why a settings mutation was refused.

use crate::database::IsTransient;
use crate::error::Error;

/// Refusals of the area.
#[derive(Debug, thiserror::Error)]
pub enum SettingsError {
    /// What every area has.
    #[error(transparent)]
    Common(#[from] Error),
    /// Prices or orders are kept in the present currency.
    #[error("the currency is fixed once there are prices")]
    CurrencyInUse,
}

impl From<sea_orm::DbErr> for SettingsError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for SettingsError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::CurrencyInUse => false,
        }
    }
}
