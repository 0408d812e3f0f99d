//! Why an order is not billed.

use domain::invoice::TitleError;

use crate::database::IsTransient;
use crate::error::Error;
use crate::service::order::OrderError;

/// A refusal of a mutation of invoices.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The buyer or seller is not described well.
    #[error(transparent)]
    Title(#[from] TitleError),
    /// Nobody is set who issues the channel's invoices.
    #[error("nobody issues invoices yet")]
    NoIssuer,
    /// The order is not certain, or comes to nothing.
    #[error("there is nothing to bill")]
    NothingToBill,
    /// The order was billed.
    #[error("the order has an invoice")]
    AlreadyBilled,
    /// The invoice only corrects another, or was cancelled.
    #[error("the invoice cannot be cancelled")]
    NotCancellable,
}

impl From<sea_orm::DbErr> for InvoiceError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<domain::money::MoneyError> for InvoiceError {
    fn from(error: domain::money::MoneyError) -> Self {
        Self::Common(Error::internal(error))
    }
}

impl From<OrderError> for InvoiceError {
    fn from(error: OrderError) -> Self {
        Self::Common(if let OrderError::Common(common) = error {
            common
        } else {
            Error::internal(error)
        })
    }
}

impl IsTransient for InvoiceError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Title(_)
            | Self::NoIssuer
            | Self::NothingToBill
            | Self::AlreadyBilled
            | Self::NotCancellable => false,
        }
    }
}
