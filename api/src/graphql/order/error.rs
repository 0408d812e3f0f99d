use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::order::OrderError;

/// Why an order mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OrderErrorCode {
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
    /// Not the total you expected.
    TotalChanged,
    /// The cart has blocking problems; see `problems`.
    CartHasProblems,
    /// The cart became an order already.
    CartClosed,
    /// Fewer units than wanted.
    InsufficientStock,
    /// A coupon was used up meanwhile.
    CouponInvalid,
    /// Points were spent meanwhile.
    InsufficientPoints,
}

user_error! {
    /// A refused order mutation.
    OrderUserError, OrderErrorCode
}

impl OrderUserError {
    fn new(code: OrderErrorCode, message: String) -> Self {
        Self {
            message,
            field: None,
            code,
        }
    }

    fn at(code: OrderErrorCode, message: String, field: &str) -> Self {
        let field: FieldPath = vec!["input".to_owned(), field.to_owned()];
        Self {
            message,
            field: Some(field),
            code,
        }
    }
}

impl FromFailure<OrderError> for OrderUserError {
    fn from_failure(failure: OrderError, locale: &Locale) -> Result<Self, Error> {
        Ok(match failure {
            OrderError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => OrderErrorCode::NotFound,
                    CommonCode::Invalid => OrderErrorCode::Invalid,
                    CommonCode::Conflict => OrderErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => OrderErrorCode::IdempotencyKeyReused,
                };
                Self {
                    message,
                    field,
                    code,
                }
            }
            OrderError::InvalidTransition(error) => Self::new(
                OrderErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done to an order in {}.", error.from),
                    format!("订单处于 {} 状态，无法执行此操作。", error.from),
                ),
            ),
            OrderError::FlashPriceGone => Self::at(
                OrderErrorCode::TotalChanged,
                say(
                    locale,
                    "The price of a flash sale was used up meanwhile; read the cart again.",
                    "限时抢购名额已被抢完，请刷新购物车。",
                ),
                "expectedTotal",
            ),
            OrderError::NotNow(why) => Self::new(
                OrderErrorCode::InvalidTransition,
                say(
                    locale,
                    format!("This cannot be done now: {why}."),
                    format!("当前无法执行此操作（{why}）。"),
                ),
            ),
            OrderError::TotalChanged(total) => {
                let total = format!("{} {}", total.currency.code(), total.amount_text());
                Self::at(
                    OrderErrorCode::TotalChanged,
                    say(
                        locale,
                        format!("The total is {total} now."),
                        format!("总价现为 {total}。"),
                    ),
                    "expectedTotal",
                )
            }
            OrderError::CartHasProblems(_) => Self::at(
                OrderErrorCode::CartHasProblems,
                say(
                    locale,
                    "The cart cannot be ordered yet; see the problems.",
                    "购物车暂时无法下单，请查看问题列表。",
                ),
                "cartId",
            ),
            OrderError::CartClosed => Self::at(
                OrderErrorCode::CartClosed,
                say(
                    locale,
                    "This cart became an order already.",
                    "该购物车已生成订单。",
                ),
                "cartId",
            ),
            OrderError::InsufficientStock => Self::new(
                OrderErrorCode::InsufficientStock,
                say(
                    locale,
                    "Somebody was faster: too few units are left.",
                    "手慢了：库存不足。",
                ),
            ),
            OrderError::CouponInvalid => Self::new(
                OrderErrorCode::CouponInvalid,
                say(
                    locale,
                    "A coupon was used up meanwhile.",
                    "优惠券已被用完。",
                ),
            ),
            OrderError::InsufficientPoints => Self::new(
                OrderErrorCode::InsufficientPoints,
                say(
                    locale,
                    "The points were spent meanwhile.",
                    "积分已被使用，余额不足。",
                ),
            ),
        })
    }
}
