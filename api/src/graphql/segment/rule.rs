use std::collections::BTreeSet;

use async_graphql::{ID, SimpleObject};
use domain::id::{CategoryId, MemberGroupId, MemberTierId, ProductId, TypedId};
use domain::segment::{Days, OrderAmount, OrderCount, Purchase, Rule};
use uuid::Uuid;

use crate::graphql::limits::meter::Listed;
use crate::graphql::money::Money;
use crate::graphql::scalar::Locale;

/// One part of a segment's rule; exactly one field is set, named as in SegmentRuleInput.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(super) struct SegmentRule {
    /// All of these hold.
    all: Option<Listed<SegmentRule>>,
    /// At least one of these holds.
    any: Option<Listed<SegmentRule>>,
    /// This does not hold.
    not: Option<Box<SegmentRule>>,
    /// When the account was opened.
    registered: Option<SegmentDays>,
    /// When the last order was placed.
    last_order: Option<SegmentDays>,
    /// How many orders.
    orders: Option<SegmentOrders>,
    /// How much was paid for goods.
    spent: Option<SegmentSpent>,
    /// In one of these tiers.
    member_tier_ids: Option<Vec<ID>>,
    /// In one of these groups.
    member_group_ids: Option<Vec<ID>>,
    /// Bought certain products.
    bought: Option<SegmentBought>,
    /// Reads one of these languages.
    locales: Option<Vec<Locale>>,
    /// Whether offers may be mailed.
    accepts_marketing: Option<bool>,
    /// Has a birthday in one of these months, 1 to 12.
    birthday_months: Option<Vec<i32>>,
}

/// A number of days before now.
#[derive(Clone, Debug, SimpleObject)]
struct SegmentDays {
    /// At least so many days ago.
    min_days_ago: Option<i32>,
    /// At most so many days ago.
    max_days_ago: Option<i32>,
}

/// A number of orders that were confirmed.
#[derive(Clone, Debug, SimpleObject)]
struct SegmentOrders {
    /// At least so many.
    min: Option<i32>,
    /// At most so many.
    max: Option<i32>,
    /// Placed in the last days; whenever if null.
    within_days: Option<i32>,
}

/// Money paid for the goods of orders that were confirmed.
#[derive(Clone, Debug, SimpleObject)]
struct SegmentSpent {
    /// At least so much.
    min: Option<Money>,
    /// At most so much.
    max: Option<Money>,
    /// Placed in the last days; whenever if null.
    within_days: Option<i32>,
}

/// Products bought; each list adds to the choice.
#[derive(Clone, Debug, SimpleObject)]
struct SegmentBought {
    /// These products.
    product_ids: Vec<ID>,
    /// Products in these categories or below.
    category_ids: Vec<ID>,
    /// Products of these makers.
    brands: Vec<String>,
    /// Ordered in the last days; whenever if null.
    within_days: Option<i32>,
}

impl From<&Rule> for SegmentRule {
    fn from(rule: &Rule) -> Self {
        let none = Self::default();
        match rule {
            Rule::All(rules) => Self {
                all: Some(rules.iter().map(Into::into).collect()),
                ..none
            },
            Rule::Any(rules) => Self {
                any: Some(rules.iter().map(Into::into).collect()),
                ..none
            },
            Rule::Not(rule) => Self {
                not: Some(Box::new(rule.as_ref().into())),
                ..none
            },
            Rule::Registered(days) => Self {
                registered: Some((*days).into()),
                ..none
            },
            Rule::LastOrder(days) => Self {
                last_order: Some((*days).into()),
                ..none
            },
            Rule::Orders(orders) => Self {
                orders: Some((*orders).into()),
                ..none
            },
            Rule::Spent(spent) => Self {
                spent: Some((*spent).into()),
                ..none
            },
            Rule::Tiers(ids) => Self {
                member_tier_ids: Some(print::<MemberTierId>(ids)),
                ..none
            },
            Rule::Groups(ids) => Self {
                member_group_ids: Some(print::<MemberGroupId>(ids)),
                ..none
            },
            Rule::Bought(purchase) => Self {
                bought: Some(purchase.into()),
                ..none
            },
            Rule::Locales(locales) => Self {
                locales: Some(locales.iter().cloned().map(Locale).collect()),
                ..none
            },
            Rule::AcceptsMarketing(accepts) => Self {
                accepts_marketing: Some(*accepts),
                ..none
            },
            Rule::BirthdayMonths(months) => Self {
                birthday_months: Some(months.iter().copied().map(int).collect()),
                ..none
            },
        }
    }
}

impl From<Days> for SegmentDays {
    fn from(days: Days) -> Self {
        Self {
            min_days_ago: days.min.map(int),
            max_days_ago: days.max.map(int),
        }
    }
}

impl From<OrderCount> for SegmentOrders {
    fn from(orders: OrderCount) -> Self {
        Self {
            min: orders.min.map(int),
            max: orders.max.map(int),
            within_days: orders.within_days.map(int),
        }
    }
}

impl From<OrderAmount> for SegmentSpent {
    fn from(spent: OrderAmount) -> Self {
        Self {
            min: spent.min.map(Into::into),
            max: spent.max.map(Into::into),
            within_days: spent.within_days.map(int),
        }
    }
}

impl From<&Purchase> for SegmentBought {
    fn from(purchase: &Purchase) -> Self {
        Self {
            product_ids: print::<ProductId>(&purchase.product_ids),
            category_ids: print::<CategoryId>(&purchase.category_ids),
            brands: purchase.brands.iter().cloned().collect(),
            within_days: purchase.within_days.map(int),
        }
    }
}

fn int(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn print<T: TypedId + std::fmt::Display>(ids: &BTreeSet<Uuid>) -> Vec<ID> {
    ids.iter()
        .map(|id| T::from(*id).to_string().into())
        .collect()
}
