use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::fulfillment::FulfillmentError;

/// Why a fulfilment mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum FulfillmentErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// Not in this status.
    InvalidTransition,
    /// The warehouse has too few units.
    InsufficientStock,
    /// More units than there are.
    QuantityTooHigh,
    /// The order must be paid first.
    Unpaid,
    /// Something in it is in a presale and may not leave yet.
    TooEarly,
}

user_error! {
    /// A refused fulfilment mutation.
    FulfillmentUserError, FulfillmentErrorCode
}

impl FulfillmentUserError {
    fn new(code: FulfillmentErrorCode, message: String, field: Option<FieldPath>) -> Self {
        Self {
            message,
            field,
            code,
        }
    }
}

impl FromFailure<FulfillmentError> for FulfillmentUserError {
    fn from_failure(failure: FulfillmentError, locale: &Locale) -> Result<Self, Error> {
        Ok(match failure {
            FulfillmentError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => FulfillmentErrorCode::NotFound,
                    CommonCode::Invalid => FulfillmentErrorCode::Invalid,
                    CommonCode::Conflict => FulfillmentErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => FulfillmentErrorCode::IdempotencyKeyReused,
                };
                Self::new(code, message, field)
            }
            FulfillmentError::InvalidTransition(error) => Self::new(
                FulfillmentErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done to a parcel in {}.", error.from),
                    format!("包裹处于 {} 状态，无法执行此操作。", error.from),
                ),
                None,
            ),
            FulfillmentError::OrderNotReady => Self::new(
                FulfillmentErrorCode::InvalidTransition,
                say(
                    locale,
                    "Only goods of a confirmed order can be sent.",
                    "仅已确认的订单可以发货。",
                ),
                None,
            ),
            FulfillmentError::InsufficientStock => Self::new(
                FulfillmentErrorCode::InsufficientStock,
                say(
                    locale,
                    "The warehouse has too few units for this.",
                    "仓库库存不足。",
                ),
                None,
            ),
            FulfillmentError::QuantityTooHigh { index } => {
                let field = ["input", "lines", &index.to_string(), "quantity"]
                    .map(str::to_owned)
                    .to_vec();
                Self::new(
                    FulfillmentErrorCode::QuantityTooHigh,
                    say(
                        locale,
                        "More units than there are left to send.",
                        "数量超过待发数量。",
                    ),
                    Some(field),
                )
            }
            FulfillmentError::Touched(status) => Self::new(
                FulfillmentErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("A parcel in {status} cannot be split or sent from elsewhere."),
                    format!("包裹处于 {status} 状态，无法拆分或更换仓库。"),
                ),
                None,
            ),
            FulfillmentError::NotLeft => Self::new(
                FulfillmentErrorCode::InvalidTransition,
                say(locale, "The parcel has not left yet.", "包裹尚未发出。"),
                None,
            ),
            FulfillmentError::NothingStays => Self::new(
                FulfillmentErrorCode::QuantityTooHigh,
                say(
                    locale,
                    "Something must stay in the parcel.",
                    "原包裹中须保留商品。",
                ),
                Some(["input", "lines"].map(str::to_owned).to_vec()),
            ),
            FulfillmentError::TooEarly(date) => Self::new(
                FulfillmentErrorCode::TooEarly,
                say(
                    locale,
                    format!(
                        "Something in the parcel is in a presale and leaves from {} on.",
                        date.format("%F %R UTC")
                    ),
                    format!(
                        "包裹中有预售商品，{} 之后才能发出。",
                        date.format("%F %R UTC")
                    ),
                ),
                None,
            ),
            FulfillmentError::Unpaid => Self::new(
                FulfillmentErrorCode::Unpaid,
                say(locale, "The order must be paid first.", "订单须先付款。"),
                None,
            ),
        })
    }
}
