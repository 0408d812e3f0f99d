//! Why something with webhooks is refused.

use domain::webhook::NotEnded;

use crate::database::IsTransient;
use crate::error::Error;
use crate::webhook::AddressError;

/// A refusal of an operation on webhooks.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// Events may not be sent there.
    #[error(transparent)]
    Address(#[from] AddressError),
    /// The delivery is still being tried.
    #[error(transparent)]
    NotEnded(#[from] NotEnded),
    /// Nothing is sent while it is switched off.
    #[error("the webhook is switched off")]
    SwitchedOff,
}

impl From<sea_orm::DbErr> for WebhookError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for WebhookError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Address(_) | Self::NotEnded(_) | Self::SwitchedOff => false,
        }
    }
}
