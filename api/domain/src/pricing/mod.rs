//! Prices: from the facts of a cart to a total whose every step is explained.
//!
//! [`price`] goes through fixed stages: lines, automatic promotions by priority, coupons, points, shipping and its
//! promotions, tax. Each stage only writes adjustments, so that `subtotal` plus every adjustment not `included` is
//! the total, for each line and for the whole. The rules of a single promotion are in `promotion`.

mod draft;
mod price;
mod priced;
mod sheet;
#[cfg(test)]
mod tests;

pub use draft::{Buyer, CouponFacts, Draft, DraftLine, EnteredCoupon, Rules};
pub use price::price;
pub use priced::{
    Adjustment, AdjustmentKind, AppliedPromotion, Earning, PricedCart, PricedLine, PricedPoints,
};

use uuid::Uuid;

use crate::money::MoneyError;

/// Why a cart cannot be priced. None of these can come from a buyer alone: the shop's data is inconsistent or absurd.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PricingError {
    /// Amounts overflow or are in different currencies.
    #[error(transparent)]
    Money(#[from] MoneyError),
    /// A line is priced below zero.
    #[error("line {line} has a negative price")]
    NegativePrice {
        /// Key of the line.
        line: Uuid,
    },
}
