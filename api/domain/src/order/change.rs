//! Edits of a placed order.
//!
//! What stays keeps the price, the discounts and the promotions it was placed with. Units that are taken out bring back
//! exactly their share of what was paid, as when they are called off. What is added has its price of today without
//! promotions of the cart, coupons and points, and earns no points. A new way to ship is paid at its price of today; what
//! lowered the price of the old one goes with it. The difference is one figure: what goes back is set off against what is
//! added before money moves.

mod plan;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::cost::{CostStep, OrderCost};
use super::fulfillment::{FulfillmentStatus, LineUnits};
use super::refund::{RefundError, Refundable};
use super::state::OrderStatus;
use crate::address::Address;
use crate::money::{Money, MoneyError};
use crate::percent::Percent;
use crate::shipping::ShippingMethod;
use crate::tax::TaxRate;

/// Most steps of one change.
pub const MAX_STEPS: usize = 50;

/// The tax on something, as it was when the change was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepTax {
    /// How much.
    pub rate: Percent,
    /// Text to show.
    pub label: String,
    /// Public id of the rate; `None` when it is not known any more.
    pub source_id: Option<String>,
}

/// A line that is added.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AddedLine {
    /// Row it becomes.
    pub id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Its SKU.
    pub sku: String,
    /// Product name in the buyer's language.
    pub product_name: String,
    /// Variant name.
    pub variant_name: String,
    /// Whether it must be shipped.
    pub is_shippable: bool,
    /// Units.
    pub units: u32,
    /// Price of one.
    pub unit_price: Money,
    /// Price of one before reduction.
    pub compare_at: Option<Money>,
    /// Tax on it.
    pub tax: Option<StepTax>,
}

/// A way to ship, as it was when the change was written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NewShipping {
    /// The method.
    pub id: Uuid,
    /// Public id of the method.
    pub source_id: String,
    /// Its name in the buyer's language.
    pub name: String,
    /// Its price.
    pub price: Money,
    /// Goods of at least this amount ship for free.
    pub free_over: Option<Money>,
    /// Tax on it.
    pub tax: Option<StepTax>,
}

/// One step of a change, with everything it depends on: carried out later, it comes to what was shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangeStep {
    /// A line comes, or more units of one.
    Add(Box<AddedLine>),
    /// Units of a line go.
    Remove {
        /// The line.
        line: Uuid,
        /// Its SKU.
        sku: String,
        /// Units left.
        units: u32,
    },
    /// One unit of a line costs something else.
    Price {
        /// The line.
        line: Uuid,
        /// Its SKU.
        sku: String,
        /// Price of one.
        unit_price: Money,
        /// Text to show for the difference.
        label: String,
    },
    /// The buyer pays a fee.
    Surcharge {
        /// Text to show.
        label: String,
        /// How much, net or gross as the order's prices are.
        amount: Money,
        /// Tax on it.
        tax: Option<StepTax>,
    },
    /// It goes elsewhere.
    Address(Box<Address>),
    /// It goes another way.
    Shipping(Box<NewShipping>),
}

/// A line as a change sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangeLine {
    /// Row of the line.
    pub id: Uuid,
    /// Its units.
    pub units: LineUnits,
    /// Tax rate on it.
    pub rate: Percent,
    /// Whether a promotion gave it for free.
    pub is_gift: bool,
}

/// An order as a change sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changeable {
    /// Where the purchase stands.
    pub status: OrderStatus,
    /// Where its parcels stand.
    pub parcels: Vec<FulfillmentStatus>,
    /// Whether prices contain tax.
    pub tax_included: bool,
    /// Its lines.
    pub lines: Vec<ChangeLine>,
    /// The steps of its price, each with what is left of it.
    pub steps: Vec<CostStep>,
    /// What is left to give back.
    pub left: Refundable,
}

/// What a line costs more, or less.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineGain {
    /// The line, an old one or one that is added.
    pub id: Uuid,
    /// Units before any step.
    pub subtotal: Money,
    /// Tax, whether included or added.
    pub tax: Money,
    /// With every step.
    pub total: Money,
}

/// What a change comes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChangePlan {
    /// What is left of the order costs so much before.
    pub before: OrderCost,
    /// And so much after.
    pub after: OrderCost,
    /// To pay if positive, to give back if negative.
    pub difference: Money,
    /// Lines whose cost is another.
    pub lines: Vec<LineGain>,
    /// Steps that the order's price gets.
    pub steps: Vec<CostStep>,
    /// Units that go.
    pub removed: Vec<(Uuid, u32)>,
    /// What the new lines and steps alone add to the order's total; negative when they lower it.
    pub raised: Money,
}

/// What becomes of the money when an order's total is raised or lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Balance {
    /// Owed from then on.
    pub owed: Money,
    /// To be given back.
    pub surplus: Money,
}

/// Why a change cannot be made. Indexes are places among its steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ChangeError {
    /// No steps, or too many.
    #[error("a change has 1 to {MAX_STEPS} steps")]
    StepCount,
    /// The order is not certain yet, or nothing of it is left to send.
    #[error("only a confirmed order can be changed, and only until all of it is in parcels")]
    NotNow,
    /// The order has no such line.
    #[error("step {index} names no line of the order")]
    UnknownLine {
        /// The step.
        index: usize,
    },
    /// Another step is about the same thing.
    #[error("two steps are about the same thing")]
    Twice {
        /// The later one.
        index: usize,
    },
    /// The units are in parcels or sent.
    #[error("only {open} units of the line are in no parcel")]
    NotOpen {
        /// The step.
        index: usize,
        /// Units that are.
        open: u32,
    },
    /// What a promotion gives for free has no price and comes in its number.
    #[error("a gift has no price and its number is not raised")]
    Gift {
        /// The step.
        index: usize,
    },
    /// Discounts of the line are more than it would cost.
    #[error("the line would cost less than nothing")]
    BelowZero {
        /// The step.
        index: usize,
    },
    /// It is so already.
    #[error("the step changes nothing")]
    Nothing {
        /// The step.
        index: usize,
    },
    /// Picking has begun, so it goes where and how it goes.
    #[error("picking has begun")]
    Picked {
        /// The step.
        index: usize,
    },
    /// The order would keep nothing.
    #[error("nothing would be left of the order: cancel it")]
    NothingLeft,
    /// The sums cannot be computed.
    #[error(transparent)]
    Money(#[from] MoneyError),
}

impl From<RefundError> for ChangeError {
    fn from(error: RefundError) -> Self {
        match error {
            RefundError::Money(error) => Self::Money(error),
            RefundError::UnknownLine { index } => Self::UnknownLine { index },
            RefundError::TooManyUnits { .. }
            | RefundError::ShippingTooHigh { .. }
            | RefundError::ExtraTooHigh { .. }
            | RefundError::NothingLeft => Self::NothingLeft,
        }
    }
}

impl StepTax {
    /// The tax of a rate.
    #[must_use]
    pub fn of(rate: &TaxRate, source_id: String) -> Self {
        Self {
            rate: rate.rate,
            label: rate.name.clone(),
            source_id: Some(source_id),
        }
    }
}

impl NewShipping {
    /// The price for goods of this amount.
    fn price_for(&self, goods: Money) -> Result<Money, MoneyError> {
        ShippingMethod::price_of(self.price, self.free_over, goods)
    }
}

/// Whether an order can be changed: it is certain, and some of it is in no parcel. Before that it is being paid for or
/// checked as it stands.
#[must_use]
pub fn may_be_changed(status: OrderStatus, has_open_units: bool) -> bool {
    status == OrderStatus::Confirmed && has_open_units
}

/// Balances a total that is raised, or lowered, against what is owed already.
///
/// # Errors
/// [`MoneyError`] for mixed currencies.
pub fn balance(owed: Money, raised: Money) -> Result<Balance, MoneyError> {
    let zero = Money::zero(owed.currency);
    let owed = owed.plus(raised)?;
    Ok(if owed.is_negative() {
        Balance {
            owed: zero,
            surplus: owed.negated()?,
        }
    } else {
        Balance {
            owed,
            surplus: zero,
        }
    })
}

#[cfg(test)]
mod tests;
