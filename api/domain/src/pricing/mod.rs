//! Prices: from the facts of a cart to a total whose every step is explained.
//!
//! [`price`] goes through fixed stages: prices of lines, promotions on lines, promotions on the order, coupons, points,
//! shipping and its promotions, tax; within a stage by priority. Each stage only writes steps, so that `subtotal`
//! plus every adjustment not `included` is the total, for each line and for the whole. Where promotions compete, the
//! stages are gone through for each way to settle that, and the cheapest for the buyer stays. What a single
//! promotion asks for is in `promotion`.

mod best;
mod blocks;
mod bundle;
mod candidate;
mod catalog;
mod draft;
mod exempt;
mod finish;
mod price;
mod priced;
mod reward;
mod run;
mod saving;
mod sheet;
mod short;
mod stretch;
#[cfg(test)]
mod tests;
mod trace;

pub use draft::{
    Buyer, CatalogOffer, CouponFacts, Draft, DraftLine, EnteredCoupon, FreeByTier, GiftOffer, Rules,
};
pub use price::{Simulation, price, simulate};
pub use priced::{
    Adjustment, AdjustmentKind, AppliedPromotion, Earning, PricedCart, PricedLine, PricedPoints,
};
pub use saving::{Saving, savings};
pub use trace::{TraceEffect, TraceStep};

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
