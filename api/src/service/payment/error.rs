//! Why a payment is refused.

use domain::Money;
use domain::order::TransitionError;
use domain::order::refund::RefundError;

use crate::database::IsTransient;
use crate::error::Error;
use crate::payment::ProviderError;
use crate::service::after_sale::AfterSaleError;
use crate::service::order::OrderError;

/// A refusal of a payment mutation.
#[derive(Debug, thiserror::Error)]
pub enum PaymentError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The order or payment is not in a state for this.
    #[error("the payment cannot take this now: {0}")]
    NotNow(&'static str),
    /// Nothing is owed.
    #[error("nothing is owed")]
    NothingDue,
    /// The way to pay cannot be used for this order.
    #[error("this way to pay cannot be used here")]
    MethodUnavailable,
    /// More than the member may owe.
    #[error("only {room} more may stand on account")]
    CreditLimitExceeded {
        /// What may be owed beside what is.
        room: Money,
    },
    /// More money than there is.
    #[error("the amount is too high")]
    AmountTooHigh,
    /// Another person has to answer.
    #[error("another person has to answer")]
    SecondPerson,
    /// This cannot be given back.
    #[error(transparent)]
    Refund(RefundError),
    /// The provider said no.
    #[error("the provider said no: {0}")]
    ProviderDeclined(String),
    /// The provider does not answer.
    #[error("the provider does not answer")]
    ProviderUnavailable,
}

impl From<sea_orm::DbErr> for PaymentError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<domain::MoneyError> for PaymentError {
    fn from(error: domain::MoneyError) -> Self {
        Self::Common(Error::internal(error))
    }
}

impl From<RefundError> for PaymentError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Money(error) => error.into(),
            other @ (RefundError::UnknownLine { .. }
            | RefundError::TooManyUnits { .. }
            | RefundError::ShippingTooHigh { .. }
            | RefundError::ExtraTooHigh { .. }
            | RefundError::NothingLeft) => Self::Refund(other),
        }
    }
}

impl From<TransitionError> for PaymentError {
    fn from(_error: TransitionError) -> Self {
        Self::NotNow("the order is not waiting for money")
    }
}

impl From<ProviderError> for PaymentError {
    fn from(error: ProviderError) -> Self {
        match error {
            ProviderError::Declined(words) => Self::ProviderDeclined(words),
            ProviderError::Unavailable(_) => Self::ProviderUnavailable,
        }
    }
}

impl From<OrderError> for PaymentError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::Common(error) => Self::Common(error),
            OrderError::InvalidTransition(error) => error.into(),
            OrderError::NotNow(why) => Self::NotNow(why),
            OrderError::SecondPerson => Self::SecondPerson,
            other @ (OrderError::TooLate
            | OrderError::Answer(_)
            | OrderError::Cancellation(_)
            | OrderError::Change(_)
            | OrderError::ChangeOpen
            | OrderError::TotalChanged(_)
            | OrderError::PayableChanged(_)
            | OrderError::CartHasProblems(_)
            | OrderError::CartClosed
            | OrderError::InsufficientStock
            | OrderError::CouponInvalid
            | OrderError::ReductionGone
            | OrderError::InsufficientPoints) => Self::Common(Error::internal(other)),
        }
    }
}

impl From<AfterSaleError> for PaymentError {
    fn from(error: AfterSaleError) -> Self {
        match error {
            AfterSaleError::Common(error) => Self::Common(error),
            AfterSaleError::InvalidTransition(_) | AfterSaleError::GoodsAreSent => {
                Self::NotNow("the case has moved on")
            }
            other @ (AfterSaleError::Claim { .. }
            | AfterSaleError::Finding(_)
            | AfterSaleError::TotalChanged(_)
            | AfterSaleError::InsufficientStock) => Self::Common(Error::internal(other)),
        }
    }
}

impl From<PaymentError> for Error {
    fn from(error: PaymentError) -> Self {
        match error {
            PaymentError::Common(error) => error,
            PaymentError::ProviderUnavailable => Self::Unavailable("the payment provider"),
            other @ (PaymentError::NotNow(_)
            | PaymentError::NothingDue
            | PaymentError::MethodUnavailable
            | PaymentError::CreditLimitExceeded { .. }
            | PaymentError::AmountTooHigh
            | PaymentError::SecondPerson
            | PaymentError::Refund(_)
            | PaymentError::ProviderDeclined(_)) => Self::internal(other),
        }
    }
}

impl IsTransient for PaymentError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::NotNow(_)
            | Self::NothingDue
            | Self::MethodUnavailable
            | Self::CreditLimitExceeded { .. }
            | Self::AmountTooHigh
            | Self::SecondPerson
            | Self::Refund(_)
            | Self::ProviderDeclined(_)
            | Self::ProviderUnavailable => false,
        }
    }
}
