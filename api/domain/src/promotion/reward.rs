//! What a promotion grants, as stored with it.
//!
//! Like conditions, rewards are tagged by their snake-case name, so that new variants leave stored rules readable. Those
//! that were once stored as a bare value are still read.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::combination::PromotionClass;
use super::selector::{ProductQuantity, ProductSelector};
use crate::money::Money;
use crate::percent::Percent;

/// One reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reward {
    /// A percentage off goods.
    PercentOff(PercentOff),
    /// An amount off goods.
    FixedOff(FixedOff),
    /// A set unit price.
    FixedPrice(FixedPrice),
    /// Buy some, get some cheaper.
    #[serde(rename = "buy_x_get_y")]
    BuyXGetY(Box<BuyXGetY>),
    /// Every n-th unit cheaper.
    EveryNth(EveryNth),
    /// More off the more is spent.
    TieredSpend(TieredSpend),
    /// Shipping for free.
    FreeShipping(FreeShipping),
    /// Shipping cheaper.
    ShippingOff(ShippingOff),
    /// Something added for free.
    Gift(Gift),
    /// More points for the order.
    PointsMultiplier(PointsMultiplier),
}

/// A percentage off goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredPercentOff")]
pub struct PercentOff {
    /// How much.
    pub percent: Percent,
    /// Off which products; the whole order without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<ProductSelector>,
}

/// An amount off goods.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredFixedOff")]
pub struct FixedOff {
    /// How much.
    pub amount: Money,
    /// Off which products; the whole order without it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub products: Option<ProductSelector>,
    /// Whether each unit gets it, and not all together.
    #[serde(skip_serializing_if = "is_false")]
    pub per_unit: bool,
}

/// A set unit price; what costs less stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FixedPrice {
    /// Price of one unit.
    pub price: Money,
    /// For which products.
    #[serde(default)]
    pub products: ProductSelector,
}

/// Buy some, get some cheaper, the cheapest first. No unit counts on both sides.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BuyXGetY {
    /// What must be bought.
    pub buy: ProductQuantity,
    /// What is cheaper then.
    pub get: ProductQuantity,
    /// How much is off those; all of it makes them free.
    pub percent: Percent,
    /// Times it counts in one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
}

/// Every n-th unit cheaper, the cheapest first: of five units and every second one, the two cheapest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EveryNth {
    /// Of which products.
    #[serde(default)]
    pub products: ProductSelector,
    /// One in so many units; at least 2.
    pub nth: u32,
    /// How much is off those.
    pub percent: Percent,
    /// Units that get it in one order.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_uses: Option<u32>,
}

/// More off the more is spent, before any discount; the highest tier reached counts.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TieredSpend {
    /// Tiers, lowest first.
    pub tiers: Vec<SpendTier>,
    /// Spent on which products, and off which; the whole order without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub products: Option<ProductSelector>,
    /// Whether an amount counts as often as its tier fits into what is spent.
    #[serde(default, skip_serializing_if = "is_false")]
    pub repeats: bool,
}

/// One step of a tiered reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SpendTier {
    /// Goods cost at least this.
    pub min_subtotal: Money,
    /// What is taken off.
    pub cut: Cut,
}

/// A percentage or an amount.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cut {
    /// A percentage.
    Percent(Percent),
    /// An amount.
    Amount(Money),
}

/// Shipping for free.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FreeShipping {
    /// Only for these ways to ship; any when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub shipping_method_ids: BTreeSet<Uuid>,
    /// Only up to this price of shipping; any price if left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_price: Option<Money>,
}

/// Shipping cheaper.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShippingOff {
    /// How much is off.
    pub cut: Cut,
    /// Only for these ways to ship; any when empty.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub shipping_method_ids: BTreeSet<Uuid>,
}

/// Something added for free, as many units as there are.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gift {
    /// What is added.
    pub variant_id: Uuid,
    /// What the buyer may choose in its stead; also given, in this order, when it is gone.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_variant_ids: Vec<Uuid>,
    /// How many units at most.
    pub quantity: u32,
}

/// Points an order earns, times a factor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PointsMultiplier {
    /// The factor in thousandths: 1500 for one and a half times the points.
    pub thousandths: u32,
}

#[expect(clippy::large_enum_variant, reason = "lives only while a rule is read")]
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredPercentOff {
    Bare(Percent),
    Full {
        percent: Percent,
        products: Option<ProductSelector>,
    },
}

#[expect(clippy::large_enum_variant, reason = "lives only while a rule is read")]
#[derive(Deserialize)]
#[serde(untagged)]
enum StoredFixedOff {
    Bare(Money),
    Full {
        amount: Money,
        products: Option<ProductSelector>,
        #[serde(default)]
        per_unit: bool,
    },
}

impl From<StoredPercentOff> for PercentOff {
    fn from(stored: StoredPercentOff) -> Self {
        match stored {
            StoredPercentOff::Bare(percent) => Self {
                percent,
                products: None,
            },
            StoredPercentOff::Full { percent, products } => Self { percent, products },
        }
    }
}

impl From<StoredFixedOff> for FixedOff {
    fn from(stored: StoredFixedOff) -> Self {
        match stored {
            StoredFixedOff::Bare(amount) => Self {
                amount,
                products: None,
                per_unit: false,
            },
            StoredFixedOff::Full {
                amount,
                products,
                per_unit,
            } => Self {
                amount,
                products,
                per_unit,
            },
        }
    }
}

impl Gift {
    /// Lists what may be given, the first to be given first.
    pub fn variant_ids(&self) -> impl Iterator<Item = Uuid> {
        std::iter::once(self.variant_id).chain(self.other_variant_ids.iter().copied())
    }
}

impl Reward {
    /// Takes a percentage off the whole order.
    #[must_use]
    pub const fn percent_off(percent: Percent) -> Self {
        Self::PercentOff(PercentOff {
            percent,
            products: None,
        })
    }

    /// Takes an amount off the whole order.
    #[must_use]
    pub const fn fixed_off(amount: Money) -> Self {
        Self::FixedOff(FixedOff {
            amount,
            products: None,
            per_unit: false,
        })
    }

    /// Makes any shipping free.
    #[must_use]
    pub fn free_shipping() -> Self {
        Self::FreeShipping(FreeShipping::default())
    }

    /// Lists the choices of products it names.
    #[must_use]
    pub fn selectors(&self) -> Vec<&ProductSelector> {
        match self {
            Self::PercentOff(reward) => reward.products.iter().collect(),
            Self::FixedOff(reward) => reward.products.iter().collect(),
            Self::TieredSpend(reward) => reward.products.iter().collect(),
            Self::FixedPrice(reward) => vec![&reward.products],
            Self::EveryNth(reward) => vec![&reward.products],
            Self::BuyXGetY(reward) => vec![&reward.buy.products, &reward.get.products],
            Self::FreeShipping(_)
            | Self::ShippingOff(_)
            | Self::Gift(_)
            | Self::PointsMultiplier(_) => Vec::new(),
        }
    }

    /// Gives the ways to ship it is for, if it is about shipping.
    #[must_use]
    pub fn shipping_method_ids(&self) -> Option<&BTreeSet<Uuid>> {
        match self {
            Self::FreeShipping(reward) => Some(&reward.shipping_method_ids),
            Self::ShippingOff(reward) => Some(&reward.shipping_method_ids),
            Self::PercentOff(_)
            | Self::FixedOff(_)
            | Self::FixedPrice(_)
            | Self::BuyXGetY(_)
            | Self::EveryNth(_)
            | Self::TieredSpend(_)
            | Self::Gift(_)
            | Self::PointsMultiplier(_) => None,
        }
    }

    /// Gives what it adds for free, if it does.
    #[must_use]
    pub fn gift(&self) -> Option<&Gift> {
        if let Self::Gift(gift) = self {
            Some(gift)
        } else {
            None
        }
    }

    /// Gives the class of a promotion with this one reward.
    #[must_use]
    pub fn class(&self) -> PromotionClass {
        let of = |products: &Option<ProductSelector>| match products {
            Some(_) => PromotionClass::Line,
            None => PromotionClass::Order,
        };
        match self {
            Self::PercentOff(reward) => of(&reward.products),
            Self::FixedOff(reward) if reward.per_unit => PromotionClass::Line,
            Self::FixedOff(reward) => of(&reward.products),
            Self::TieredSpend(reward) => of(&reward.products),
            Self::FixedPrice(_) | Self::BuyXGetY(_) | Self::EveryNth(_) => PromotionClass::Line,
            Self::FreeShipping(_) | Self::ShippingOff(_) => PromotionClass::Shipping,
            Self::Gift(_) | Self::PointsMultiplier(_) => PromotionClass::Order,
        }
    }
}

#[expect(
    clippy::trivially_copy_pass_by_ref,
    reason = "serde hands over a reference"
)]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests;
