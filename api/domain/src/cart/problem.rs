//! What would change or stop an order.

use uuid::Uuid;

use crate::coupon::CouponCode;
use crate::money::Money;
use crate::text_enum;

text_enum! {
    /// Kinds of cart problems.
    pub enum CartProblemCode {
        /// The price is not what it was.
        PriceChanged = "PRICE_CHANGED",
        /// Fewer units than wanted.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// No longer for sale.
        Unavailable = "UNAVAILABLE",
        /// Outside the quantity limits.
        QuantityLimit = "QUANTITY_LIMIT",
        /// The coupon does nothing here.
        CouponNotApplicable = "COUPON_NOT_APPLICABLE",
        /// Fewer points than applied.
        InsufficientPoints = "INSUFFICIENT_POINTS",
        /// Cannot be shipped to the address.
        NotShippable = "NOT_SHIPPABLE",
        /// The chosen shipping is gone.
        ShippingMethodUnavailable = "SHIPPING_METHOD_UNAVAILABLE",
        /// E-mail, address or shipping is missing.
        Incomplete = "INCOMPLETE",
    }
}

/// What an order needs and a cart may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingPart {
    /// Anything to buy.
    Lines,
    /// Where to write to.
    Email,
    /// Where to send it.
    ShippingAddress,
    /// How to send it.
    ShippingMethod,
}

/// Something that would change or stop the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CartProblem {
    /// The price is not what the buyer saw.
    PriceChanged {
        /// The line.
        line: Uuid,
        /// Price the buyer saw.
        previous: Money,
        /// Price now.
        current: Money,
    },
    /// Fewer units than wanted.
    InsufficientStock {
        /// The line.
        line: Uuid,
        /// Units that can be had.
        available: u32,
    },
    /// No longer for sale.
    Unavailable {
        /// The line.
        line: Uuid,
    },
    /// Outside the quantity limits.
    QuantityLimit {
        /// The line.
        line: Uuid,
        /// The nearest number of units that may be bought, 0 for none.
        allowed: u32,
    },
    /// The coupon does nothing here.
    CouponNotApplicable {
        /// The coupon.
        code: CouponCode,
    },
    /// Fewer points can be spent than wished.
    InsufficientPoints {
        /// Points that can be spent.
        spendable: u32,
    },
    /// Cannot be shipped to the address.
    NotShippable,
    /// The chosen shipping is gone.
    ShippingMethodUnavailable,
    /// Something is missing.
    Incomplete(MissingPart),
}

impl CartProblem {
    /// Gives the kind.
    #[must_use]
    pub fn code(&self) -> CartProblemCode {
        match self {
            Self::PriceChanged { .. } => CartProblemCode::PriceChanged,
            Self::InsufficientStock { .. } => CartProblemCode::InsufficientStock,
            Self::Unavailable { .. } => CartProblemCode::Unavailable,
            Self::QuantityLimit { .. } => CartProblemCode::QuantityLimit,
            Self::CouponNotApplicable { .. } => CartProblemCode::CouponNotApplicable,
            Self::InsufficientPoints { .. } => CartProblemCode::InsufficientPoints,
            Self::NotShippable => CartProblemCode::NotShippable,
            Self::ShippingMethodUnavailable => CartProblemCode::ShippingMethodUnavailable,
            Self::Incomplete(_) => CartProblemCode::Incomplete,
        }
    }

    /// Whether it stops the order. What only changes the total does not: `orderPlace` takes the expected total.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        match self {
            Self::PriceChanged { .. }
            | Self::CouponNotApplicable { .. }
            | Self::InsufficientPoints { .. } => false,
            Self::InsufficientStock { .. }
            | Self::Unavailable { .. }
            | Self::QuantityLimit { .. }
            | Self::NotShippable
            | Self::ShippingMethodUnavailable
            | Self::Incomplete(_) => true,
        }
    }
}
