use async_graphql::{Enum, ID, SimpleObject};
use domain::cart::MissingPart;
use domain::id::CartLineId;
use domain::locale::Locale;
use uuid::Uuid;

use crate::auth::Viewer;
use crate::graphql::error::say;
use crate::graphql::money::Money;
use crate::service::cart::Problem;

/// Kinds of cart problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::cart::CartProblemCode")]
pub enum CartProblemCode {
    /// The price is not what it was.
    PriceChanged,
    /// Fewer units than wanted.
    InsufficientStock,
    /// No longer for sale.
    Unavailable,
    /// Outside the quantity limits.
    QuantityLimit,
    /// The coupon does nothing here.
    CouponNotApplicable,
    /// Fewer points than applied.
    InsufficientPoints,
    /// Cannot be shipped to the address.
    NotShippable,
    /// The chosen shipping is gone.
    ShippingMethodUnavailable,
    /// E-mail, address or shipping is missing.
    Incomplete,
}

/// Something that would change or stop the order.
#[derive(Clone, Debug, SimpleObject)]
pub struct CartProblem {
    /// Reason for programs.
    code: CartProblemCode,
    /// Sentence for people.
    message: String,
    /// Whether it stops the order.
    blocking: bool,
    /// The line, null for the whole cart.
    line_id: Option<ID>,
    /// The coupon.
    coupon_code: Option<String>,
    /// Units that can be had.
    available_quantity: Option<i32>,
    /// Price you saw.
    previous_price: Option<Money>,
    /// Price now.
    current_price: Option<Money>,
}

impl CartProblem {
    /// Shows problems in the viewer's language.
    #[must_use]
    pub fn list(problems: &[Problem], viewer: &Viewer) -> Vec<Self> {
        problems
            .iter()
            .map(|problem| Self::new(problem, &viewer.locale))
            .collect()
    }

    fn new(problem: &Problem, locale: &Locale) -> Self {
        let mut shown = Self {
            code: problem.code().into(),
            message: message(problem, locale),
            blocking: problem.is_blocking(),
            line_id: None,
            coupon_code: None,
            available_quantity: None,
            previous_price: None,
            current_price: None,
        };
        match problem {
            Problem::PriceChanged {
                line,
                previous,
                current,
            } => {
                shown.line_id = Some(line_id(*line));
                shown.previous_price = Some((*previous).into());
                shown.current_price = Some((*current).into());
            }
            Problem::InsufficientStock {
                line,
                available: units,
            }
            | Problem::QuantityLimit {
                line,
                allowed: units,
            } => {
                shown.line_id = Some(line_id(*line));
                shown.available_quantity = Some(i32::try_from(*units).unwrap_or(i32::MAX));
            }
            Problem::Unavailable { line } => shown.line_id = Some(line_id(*line)),
            Problem::CouponNotApplicable { code } => shown.coupon_code = Some(code.to_string()),
            Problem::InsufficientPoints { .. }
            | Problem::NotShippable
            | Problem::ShippingMethodUnavailable
            | Problem::Incomplete(_) => {}
        }
        shown
    }
}

fn line_id(line: Uuid) -> ID {
    CartLineId(line).to_string().into()
}

fn message(problem: &Problem, locale: &Locale) -> String {
    match problem {
        Problem::PriceChanged {
            previous, current, ..
        } => say(
            locale,
            format!("The price changed from {previous} to {current}."),
            format!("价格由 {previous} 变为 {current}。"),
        ),
        Problem::InsufficientStock { available, .. } => say(
            locale,
            format!("Only {available} can be had."),
            format!("库存仅剩 {available} 件。"),
        ),
        Problem::Unavailable { .. } => {
            say(locale, "This is no longer for sale.", "该商品已不再销售。")
        }
        Problem::QuantityLimit { allowed, .. } => say(
            locale,
            format!("This quantity is outside the limits; {allowed} would be allowed."),
            format!("数量超出限制，可购买 {allowed} 件。"),
        ),
        Problem::CouponNotApplicable { code } => say(
            locale,
            format!("The coupon {code} does nothing here."),
            format!("优惠券 {code} 在此不适用。"),
        ),
        Problem::InsufficientPoints { spendable } => say(
            locale,
            format!("At most {spendable} points can be spent here."),
            format!("此处最多可使用 {spendable} 积分。"),
        ),
        Problem::NotShippable => say(
            locale,
            "We do not ship to this address.",
            "无法配送至该地址。",
        ),
        Problem::ShippingMethodUnavailable => say(
            locale,
            "The chosen way to ship cannot be had; choose another.",
            "所选配送方式不可用，请重新选择。",
        ),
        Problem::Incomplete(part) => match part {
            MissingPart::Lines => say(locale, "The cart is empty.", "购物车为空。"),
            MissingPart::Email => say(locale, "An e-mail address is missing.", "请填写邮箱。"),
            MissingPart::ShippingAddress => say(
                locale,
                "An address to ship to is missing.",
                "请填写收货地址。",
            ),
            MissingPart::ShippingMethod => say(locale, "Choose a way to ship.", "请选择配送方式。"),
        },
    }
}
