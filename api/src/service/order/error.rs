//! Why an order is refused.

use domain::Money;
use domain::cart::CartProblem;
use domain::order::confirmation::AnswerError;
use domain::order::{CancellationError, ChangeError, RequestError, TransitionError};

use crate::database::IsTransient;
use crate::error::Error;
use crate::service::cart::CartError;
use crate::service::inventory::InventoryError;
use crate::service::points::PointsError;

/// A refusal of an order mutation.
#[derive(Debug, thiserror::Error)]
pub enum OrderError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The order is not in a status for this.
    #[error(transparent)]
    InvalidTransition(#[from] TransitionError),
    /// The order's goods or requests are not in a state for this.
    #[error("the order cannot take this now: {0}")]
    NotNow(&'static str),
    /// The time to answer is over.
    #[error("the time to answer is over")]
    TooLate,
    /// Another person has to answer.
    #[error("another person has to answer")]
    SecondPerson,
    /// The answer of the back office makes no sense.
    #[error(transparent)]
    Answer(#[from] AnswerError),
    /// Units cannot be called off.
    #[error(transparent)]
    Cancellation(#[from] CancellationError),
    /// The order cannot be changed so.
    #[error(transparent)]
    Change(#[from] ChangeError),
    /// Another edit waits to be carried out or dropped.
    #[error("another edit is open")]
    ChangeOpen,
    /// The total is not the one the buyer saw.
    #[error("the total is {} {} now", .0.amount_text(), .0.currency)]
    TotalChanged(Money),
    /// What is left to pay beside gift cards and store credit is not what the buyer saw.
    #[error("{0} are left to pay now")]
    PayableChanged(Money),
    /// Something stands between the cart and an order.
    #[error("the cart has problems")]
    CartHasProblems(Vec<CartProblem>),
    /// The cart became an order already, or was merged into another.
    #[error("the cart is closed")]
    CartClosed,
    /// Somebody else was faster.
    #[error("a variant has too few units left")]
    InsufficientStock,
    /// A coupon was used up meanwhile.
    #[error("a coupon was used up meanwhile")]
    CouponInvalid,
    /// Somebody else took the last of a promotion or of a flash sale; a new try sees the price without it.
    #[error("a promotion or the price of a flash sale was used up meanwhile")]
    ReductionGone,
    /// The points were spent meanwhile.
    #[error("there are too few points")]
    InsufficientPoints,
}

impl OrderError {
    /// Whether the request was turned down for certain; otherwise it may have had its effect all the same.
    pub(super) fn is_refusal(&self) -> bool {
        !matches!(
            self,
            Self::Common(Error::Internal(_) | Error::Unavailable(_))
        )
    }
}

impl From<CartError> for OrderError {
    fn from(error: CartError) -> Self {
        match error {
            CartError::Common(error) => Self::Common(error),
            CartError::Closed => Self::CartClosed,
            other @ (CartError::Unavailable { .. }
            | CartError::InsufficientStock { .. }
            | CartError::QuantityLimit { .. }
            | CartError::TooMany { .. }
            | CartError::CouponInvalid
            | CartError::GiftCardInvalid
            | CartError::InsufficientPoints { .. }
            | CartError::LoginRequired) => Self::Common(Error::internal(other)),
        }
    }
}

impl From<sea_orm::DbErr> for OrderError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<InventoryError> for OrderError {
    fn from(error: InventoryError) -> Self {
        match error {
            InventoryError::Common(error) => Self::Common(error),
            InventoryError::InsufficientStock { .. } | InventoryError::NotPromised { .. } => {
                Self::InsufficientStock
            }
        }
    }
}

impl From<PointsError> for OrderError {
    fn from(error: PointsError) -> Self {
        match error {
            PointsError::Common(error) => Self::Common(error),
            PointsError::Insufficient { .. }
            | PointsError::LimitExceeded { .. }
            | PointsError::SecondPerson => Self::InsufficientPoints,
        }
    }
}

impl From<RequestError> for OrderError {
    fn from(error: RequestError) -> Self {
        match error {
            RequestError::Answered(_) => Self::NotNow("this request was answered before"),
            RequestError::TooLate => Self::TooLate,
        }
    }
}

impl From<domain::MoneyError> for OrderError {
    fn from(error: domain::MoneyError) -> Self {
        Self::Common(Error::internal(error))
    }
}

impl IsTransient for OrderError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::ReductionGone => true,
            Self::InvalidTransition(_)
            | Self::NotNow(_)
            | Self::TooLate
            | Self::SecondPerson
            | Self::Answer(_)
            | Self::Cancellation(_)
            | Self::Change(_)
            | Self::ChangeOpen
            | Self::TotalChanged(_)
            | Self::PayableChanged(_)
            | Self::CartHasProblems(_)
            | Self::CartClosed
            | Self::InsufficientStock
            | Self::CouponInvalid
            | Self::InsufficientPoints => false,
        }
    }
}
