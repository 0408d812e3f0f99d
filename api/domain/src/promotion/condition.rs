//! What a promotion asks for, as stored with it: tagged by its snake-case name, so that new variants leave stored rules
//! readable.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::selector::{ProductQuantity, ProductSelector};
use crate::address::CountryCode;
use crate::money::{Currency, Money};
use crate::slug::Slug;
use crate::time_zone::Weekday;

/// One condition; all of a promotion must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Goods cost at least this, before any discount.
    MinSubtotal(Money),
    /// At least this many units.
    MinQuantity(u32),
    /// At least so many units of certain products.
    Products(ProductQuantity),
    /// Certain products cost at least this, before any discount.
    ProductsSubtotal(ProductAmount),
    /// The buyer never ordered before.
    FirstOrder,
    /// Bought in one of these channels, by slug.
    Channels(BTreeSet<Slug>),
    /// Priced in one of these.
    Currencies(BTreeSet<Currency>),
    /// Ships to one of these.
    CountryCodes(Vec<CountryCode>),
    /// The buyer is in one of these tiers.
    MemberTiers(BTreeSet<Uuid>),
    /// The buyer is in one of these segments.
    Segments(BTreeSet<Uuid>),
    /// It is paid in one of these ways.
    PaymentMethods(BTreeSet<Uuid>),
    /// A coupon the buyer can use was entered.
    CouponEntered,
    /// It is one of these days where the shop is.
    Weekdays(BTreeSet<Weekday>),
    /// It is one of these hours where the shop is.
    Hours(HourSpan),
    /// At least one of these holds; none of them is of this kind.
    AnyOf(Vec<Self>),
}

/// Hours of each day, over midnight when the first comes after the last: from 22 until 2 means two hours before it and
/// two after.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HourSpan {
    /// First hour, 0 to 23.
    pub from: u32,
    /// Hour it is over, 1 to 24.
    pub until: u32,
}

/// So much money for certain products.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProductAmount {
    /// Which products.
    #[serde(default)]
    pub products: ProductSelector,
    /// What they cost at least.
    pub amount: Money,
}

impl HourSpan {
    /// Whether an hour of the day is in it.
    #[must_use]
    pub fn contains(self, hour: u32) -> bool {
        if self.from < self.until {
            (self.from..self.until).contains(&hour)
        } else {
            hour >= self.from || hour < self.until
        }
    }
}

impl Condition {
    /// Lists what it asks for: itself, or what it gives to choose from.
    #[must_use]
    pub fn parts(&self) -> &[Self] {
        match self {
            Self::AnyOf(any) => any,
            Self::MinSubtotal(_)
            | Self::MinQuantity(_)
            | Self::Products(_)
            | Self::ProductsSubtotal(_)
            | Self::FirstOrder
            | Self::Channels(_)
            | Self::Currencies(_)
            | Self::CountryCodes(_)
            | Self::MemberTiers(_)
            | Self::Segments(_)
            | Self::PaymentMethods(_)
            | Self::CouponEntered
            | Self::Weekdays(_)
            | Self::Hours(_) => std::slice::from_ref(self),
        }
    }

    /// Lists the choices of products it names.
    #[must_use]
    pub fn selectors(&self) -> Vec<&ProductSelector> {
        let mut selectors = Vec::new();
        for part in self.parts() {
            if let Self::Products(ProductQuantity { products, .. })
            | Self::ProductsSubtotal(ProductAmount { products, .. }) = part
            {
                selectors.push(products);
            }
        }
        selectors
    }

    /// Lists the channels it names, by slug.
    #[must_use]
    pub fn channel_slugs(&self) -> BTreeSet<Slug> {
        self.named(|part| {
            if let Self::Channels(slugs) = part {
                Some(slugs)
            } else {
                None
            }
        })
    }

    /// Lists the tiers it names.
    #[must_use]
    pub fn member_tier_ids(&self) -> BTreeSet<Uuid> {
        self.named(|part| {
            if let Self::MemberTiers(ids) = part {
                Some(ids)
            } else {
                None
            }
        })
    }

    /// Lists the segments it names.
    #[must_use]
    pub fn segment_ids(&self) -> BTreeSet<Uuid> {
        self.named(|part| {
            if let Self::Segments(ids) = part {
                Some(ids)
            } else {
                None
            }
        })
    }

    /// Lists the ways to pay it names.
    #[must_use]
    pub fn payment_method_ids(&self) -> BTreeSet<Uuid> {
        self.named(|part| {
            if let Self::PaymentMethods(ids) = part {
                Some(ids)
            } else {
                None
            }
        })
    }

    fn named<K: Clone + Ord>(&self, keys: impl Fn(&Self) -> Option<&BTreeSet<K>>) -> BTreeSet<K> {
        self.parts()
            .iter()
            .filter_map(keys)
            .flatten()
            .cloned()
            .collect()
    }

    /// Whether time alone makes it hold or not.
    #[must_use]
    pub fn watches_the_clock(&self) -> bool {
        let watches = |part: &Self| matches!(part, Self::Weekdays(_) | Self::Hours(_));
        self.parts().iter().any(watches)
    }
}
