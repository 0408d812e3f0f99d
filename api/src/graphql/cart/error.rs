use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::cart::CartError;

/// Why a cart mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum CartErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// The cart cannot be changed any more.
    CartClosed,
    /// Not for sale.
    Unavailable,
    /// Fewer units than wanted.
    InsufficientStock,
    /// Outside the quantity limits.
    QuantityLimit,
    /// More than 200 lines, 10 coupons or 5 gift cards.
    TooMany,
    /// No usable coupon has this code.
    CouponInvalid,
    /// No gift card with something on it has this code.
    GiftCardInvalid,
    /// Fewer points than wanted.
    InsufficientPoints,
    /// Only for members.
    LoginRequired,
}

user_error! {
    /// A refused cart mutation.
    CartUserError, CartErrorCode
}

impl FromFailure<CartError> for CartUserError {
    fn from_failure(failure: CartError, locale: &Locale) -> Result<Self, Error> {
        let (code, message, field) = match failure {
            CartError::Closed => (
                CartErrorCode::CartClosed,
                say(
                    locale,
                    "This cart cannot be changed any more.",
                    "该购物车已无法更改。",
                ),
                None,
            ),
            CartError::Unavailable { field } => (
                CartErrorCode::Unavailable,
                say(locale, "This is not for sale.", "该商品不可购买。"),
                Some(path(field)),
            ),
            CartError::InsufficientStock { field, available } => (
                CartErrorCode::InsufficientStock,
                say(
                    locale,
                    format!("Only {available} can be had."),
                    format!("库存仅剩 {available} 件。"),
                ),
                Some(path(field)),
            ),
            CartError::QuantityLimit { field, allowed } => (
                CartErrorCode::QuantityLimit,
                say(
                    locale,
                    format!("This quantity is outside the limits; {allowed} would be allowed."),
                    format!("数量超出限制，可购买 {allowed} 件。"),
                ),
                Some(path(field)),
            ),
            CartError::TooMany { what, most } => (
                CartErrorCode::TooMany,
                say(
                    locale,
                    format!("A cart holds at most {most} {what}."),
                    format!("购物车最多容纳 {most} 项。"),
                ),
                None,
            ),
            CartError::CouponInvalid => (
                CartErrorCode::CouponInvalid,
                say(
                    locale,
                    "No usable coupon has this code.",
                    "没有可用的优惠券与此优惠码对应。",
                ),
                Some(path(vec!["couponCode".to_owned()])),
            ),
            CartError::GiftCardInvalid => (
                CartErrorCode::GiftCardInvalid,
                say(
                    locale,
                    "No usable gift card has this code.",
                    "没有可用的礼品卡与此卡号对应。",
                ),
                Some(path(vec!["code".to_owned()])),
            ),
            CartError::InsufficientPoints { spendable } => (
                CartErrorCode::InsufficientPoints,
                say(
                    locale,
                    format!("At most {spendable} points can be spent here."),
                    format!("此处最多可使用 {spendable} 积分。"),
                ),
                Some(path(vec!["cart".to_owned(), "points".to_owned()])),
            ),
            CartError::LoginRequired => (
                CartErrorCode::LoginRequired,
                say(locale, "Log in to do this.", "请先登录。"),
                None,
            ),
            CartError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => CartErrorCode::NotFound,
                    CommonCode::Invalid => CartErrorCode::Invalid,
                    CommonCode::Conflict | CommonCode::IdempotencyKeyReused => {
                        CartErrorCode::Conflict
                    }
                };
                (code, message, field)
            }
        };
        Ok(Self {
            message,
            field,
            code,
        })
    }
}

fn path(field: FieldPath) -> FieldPath {
    std::iter::once("input".to_owned()).chain(field).collect()
}
