//! A priced cart: totals and every step that leads to them.

use std::collections::BTreeSet;
use std::sync::Arc;

use uuid::Uuid;

use crate::coupon::CouponCode;
use crate::money::{Currency, Money};
use crate::percent::Percent;
use crate::promotion::Evaluation;
use crate::text_enum;
use crate::unit_price::PriceOrigin;

text_enum! {
    /// Where an adjustment comes from.
    pub enum AdjustmentKind {
        /// Automatic promotion.
        Promotion = "PROMOTION",
        /// Coupon.
        Coupon = "COUPON",
        /// Points spent.
        Points = "POINTS",
        /// Shipping.
        Shipping = "SHIPPING",
        /// Tax.
        Tax = "TAX",
        /// Fee.
        Surcharge = "SURCHARGE",
        /// By staff.
        Manual = "MANUAL",
        /// Rounding.
        Rounding = "ROUNDING",
    }
}

/// One signed step in a price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adjustment {
    /// Where it comes from.
    pub kind: AdjustmentKind,
    /// Text to show; steps of one source share it.
    pub label: Arc<str>,
    /// Signed amount; a discount is negative.
    pub amount: Money,
    /// Whether prices contain it already, as with included tax.
    pub included: bool,
    /// Public id of the promotion, coupon, rate or method behind it.
    pub source_id: Option<Arc<str>>,
    /// Version of the promotion behind it, be it by coupon.
    pub promotion_version: Option<i32>,
    /// Line it falls on, `None` for shipping.
    pub line: Option<Uuid>,
}

/// One line with its price.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedLine {
    /// Row of the line.
    pub key: Uuid,
    /// One unit.
    pub unit_price: Money,
    /// Which rule set the price of one unit; `None` for a gift.
    pub origin: Option<PriceOrigin>,
    /// One unit before reduction.
    pub compare_at: Option<Money>,
    /// Units.
    pub quantity: u32,
    /// All units before any adjustment.
    pub subtotal: Money,
    /// Discounts, zero or negative.
    pub discount_total: Money,
    /// Tax, whether included or added.
    pub tax_total: Money,
    /// What the line adds to the bill.
    pub total: Money,
    /// Rate of its tax.
    pub tax_rate: Percent,
    /// The promotion that gives it for free.
    pub gift_of: Option<Uuid>,
}

/// A promotion that counts: it takes something off or multiplies points.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppliedPromotion {
    /// The promotion.
    pub promotion_id: Uuid,
    /// Version of its rule.
    pub promotion_version: i32,
    /// The coupon that let it count, with its code.
    pub coupon: Option<(Uuid, CouponCode)>,
    /// What it takes off; zero when it only multiplies points.
    pub discount: Money,
}

/// Points the order will earn by one rule.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earning {
    /// Row of the rule.
    pub rule_id: Uuid,
    /// Its version.
    pub rule_version: i32,
    /// Points, more than zero.
    pub points: u32,
}

/// Points in a cart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedPoints {
    /// Points being spent.
    pub spent: u32,
    /// Money they save, zero or positive.
    pub discount: Money,
    /// Most that may be spent here.
    pub spendable: u32,
    /// Points the order will earn when it is completed; empty for guests.
    pub earnings: Vec<Earning>,
}

/// A priced cart.
///
/// `subtotal + discount_total + shipping_total`, plus `tax_total` unless prices contain tax, is `total`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PricedCart {
    /// Currency of all amounts.
    pub currency: Currency,
    /// Whether prices contain tax.
    pub tax_included: bool,
    /// Number or certificate that frees the buyer of tax: all prices are net then.
    pub tax_exemption: Option<String>,
    /// Lines, in the order of the draft; then gifts.
    pub lines: Vec<PricedLine>,
    /// Every step, in the order of the stages; within a stage by line.
    pub adjustments: Vec<Adjustment>,
    /// Lines before any adjustment.
    pub subtotal: Money,
    /// Discounts on goods, zero or negative. Discounts on shipping are in `shipping_total`.
    pub discount_total: Money,
    /// Shipping after its discounts.
    pub shipping_total: Money,
    /// Tax on goods and shipping, whether included or added.
    pub tax_total: Money,
    /// What is to be paid, never negative.
    pub total: Money,
    /// What became of each promotion and coupon.
    pub evaluations: Vec<Evaluation>,
    /// Ways to pay that promotions which count bind the buyer to; `None` when any will do.
    pub payment_method_ids: Option<BTreeSet<Uuid>>,
    /// The promotions that count, in the order they did.
    pub applied: Vec<AppliedPromotion>,
    /// The promotions of the catalog that lowered prices of units; the subtotal contains what they took off.
    pub lowered: Vec<AppliedPromotion>,
    /// Points.
    pub points: PricedPoints,
}

impl PricedPoints {
    /// Gives the points the order will earn in all.
    #[must_use]
    pub fn earned(&self) -> u32 {
        self.earnings
            .iter()
            .fold(0, |sum, earning| sum.saturating_add(earning.points))
    }

    /// The same when only `payable` of `total` is paid with money. Gift cards and store credit earn nothing, so each rule
    /// gives that share of its points, rounded down.
    #[must_use]
    pub fn earned_by_money(self, payable: Money, total: Money) -> Self {
        let share = |points: u32| {
            let product = i128::from(points) * i128::from(payable.minor);
            let share = product.checked_div(i128::from(total.minor));
            share.and_then(|share| u32::try_from(share).ok())
        };
        if payable == total {
            return self;
        }
        let earnings = self.earnings.into_iter().filter_map(|earning| {
            let points = share(earning.points).filter(|points| *points > 0)?;
            Some(Earning { points, ..earning })
        });
        Self {
            earnings: earnings.collect(),
            ..self
        }
    }
}

impl PricedCart {
    /// Lists all promotions the cart makes use of, those of the catalog first.
    pub fn uses(&self) -> impl Iterator<Item = &AppliedPromotion> {
        self.lowered.iter().chain(&self.applied)
    }

    /// Lists the steps of one line.
    pub fn adjustments_of(&self, line: Uuid) -> impl Iterator<Item = &Adjustment> {
        self.adjustments
            .iter()
            .filter(move |adjustment| adjustment.line == Some(line))
    }
}
