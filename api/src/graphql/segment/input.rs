use std::collections::BTreeSet;

use async_graphql::{ID, InputObject, OneofObject};
use domain::id::{CategoryId, MemberGroupId, MemberTierId, ProductId, TypedId};
use domain::segment::{Days, OrderAmount, OrderCount, Purchase, Rule};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::money::MoneyInput;
use crate::graphql::scalar::Locale;
use crate::service::segment::SegmentPatch;

/// One part of a segment's rule: set exactly one field.
#[derive(Clone, Debug, OneofObject)]
pub(super) enum SegmentRuleInput {
    /// All of these hold.
    All(Vec<SegmentRuleInput>),
    /// At least one of these holds.
    Any(Vec<SegmentRuleInput>),
    /// This does not hold.
    Not(Box<SegmentRuleInput>),
    /// When the account was opened.
    Registered(SegmentDaysInput),
    /// When the last order was placed; whoever never ordered is left out.
    LastOrder(SegmentDaysInput),
    /// How many orders.
    Orders(SegmentOrdersInput),
    /// How much was paid for goods.
    Spent(SegmentSpentInput),
    /// In one of these tiers.
    MemberTierIds(Vec<ID>),
    /// In one of these groups.
    MemberGroupIds(Vec<ID>),
    /// Bought certain products.
    Bought(SegmentBoughtInput),
    /// Reads one of these languages.
    Locales(Vec<Locale>),
    /// Whether offers may be mailed.
    AcceptsMarketing(bool),
    /// Has a birthday in one of these months, 1 to 12.
    BirthdayMonths(Vec<i32>),
}

/// A number of days before now; give at least one end.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SegmentDaysInput {
    /// At least so many days ago.
    pub min_days_ago: Option<i32>,
    /// At most so many days ago.
    pub max_days_ago: Option<i32>,
}

/// A number of orders that were confirmed; give at least one end.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SegmentOrdersInput {
    /// At least so many.
    pub min: Option<i32>,
    /// At most so many.
    pub max: Option<i32>,
    /// Placed in the last days.
    pub within_days: Option<i32>,
}

/// Money paid for the goods of orders that were confirmed; give at least one end.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SegmentSpentInput {
    /// At least so much.
    pub min: Option<MoneyInput>,
    /// At most so much.
    pub max: Option<MoneyInput>,
    /// Placed in the last days.
    pub within_days: Option<i32>,
}

/// Products bought; each list adds to the choice.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SegmentBoughtInput {
    /// These products.
    pub product_ids: Option<Vec<ID>>,
    /// Products in these categories or below.
    pub category_ids: Option<Vec<ID>>,
    /// Products of these makers.
    pub brands: Option<Vec<String>>,
    /// Ordered in the last days.
    pub within_days: Option<i32>,
}

/// Writable fields of a segment; what is left out stays.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SegmentInput {
    /// Short code, unique.
    pub code: String,
    /// Name for staff; needed when new.
    pub name: Option<String>,
    /// Who is in it; needed when new. At most 50 parts, 5 deep, with 200 ids and texts.
    pub rule: Option<SegmentRuleInput>,
}

/// Input of segmentsUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct SegmentsUpsertInput {
    /// Segments, matched by code.
    pub segments: Vec<SegmentInput>,
}

impl TryFrom<SegmentsUpsertInput> for Vec<SegmentPatch> {
    type Error = Error;

    fn try_from(input: SegmentsUpsertInput) -> Result<Self, Error> {
        input
            .segments
            .into_iter()
            .enumerate()
            .map(|(index, segment)| {
                let index = index.to_string();
                let field = ["segments", index.as_str(), "rule"];
                Ok(SegmentPatch {
                    code: segment.code,
                    name: segment.name,
                    rule: segment.rule.map(|part| rule(part, &field)).transpose()?,
                })
            })
            .collect()
    }
}

fn rule(input: SegmentRuleInput, field: &[&str]) -> Result<Rule, Error> {
    let rules = |parts: Vec<SegmentRuleInput>| {
        parts
            .into_iter()
            .map(|part| rule(part, field))
            .collect::<Result<Vec<_>, _>>()
    };
    Ok(match input {
        SegmentRuleInput::All(parts) => Rule::All(rules(parts)?),
        SegmentRuleInput::Any(parts) => Rule::Any(rules(parts)?),
        SegmentRuleInput::Not(part) => Rule::Not(Box::new(rule(*part, field)?)),
        SegmentRuleInput::Registered(span) => Rule::Registered(days(&span, field)?),
        SegmentRuleInput::LastOrder(span) => Rule::LastOrder(days(&span, field)?),
        SegmentRuleInput::Orders(orders) => Rule::Orders(OrderCount {
            min: number(orders.min, field)?,
            max: number(orders.max, field)?,
            within_days: number(orders.within_days, field)?,
        }),
        SegmentRuleInput::Spent(spent) => Rule::Spent(OrderAmount {
            min: spent.min.map(|money| amount(money, field)).transpose()?,
            max: spent.max.map(|money| amount(money, field)).transpose()?,
            within_days: number(spent.within_days, field)?,
        }),
        SegmentRuleInput::MemberTierIds(tiers) => Rule::Tiers(ids::<MemberTierId>(&tiers, field)?),
        SegmentRuleInput::MemberGroupIds(groups) => {
            Rule::Groups(ids::<MemberGroupId>(&groups, field)?)
        }
        SegmentRuleInput::Bought(bought) => Rule::Bought(Purchase {
            product_ids: ids::<ProductId>(&bought.product_ids.unwrap_or_default(), field)?,
            category_ids: ids::<CategoryId>(&bought.category_ids.unwrap_or_default(), field)?,
            brands: bought
                .brands
                .unwrap_or_default()
                .into_iter()
                .map(|brand| brand.trim().to_owned())
                .filter(|brand| !brand.is_empty())
                .collect(),
            within_days: number(bought.within_days, field)?,
        }),
        SegmentRuleInput::Locales(locales) => {
            Rule::Locales(locales.into_iter().map(|locale| locale.0).collect())
        }
        SegmentRuleInput::AcceptsMarketing(accepts) => Rule::AcceptsMarketing(accepts),
        SegmentRuleInput::BirthdayMonths(months) => Rule::BirthdayMonths(
            months
                .into_iter()
                .map(|month| natural(month, field))
                .collect::<Result<_, _>>()?,
        ),
    })
}

fn days(span: &SegmentDaysInput, field: &[&str]) -> Result<Days, Error> {
    Ok(Days {
        min: number(span.min_days_ago, field)?,
        max: number(span.max_days_ago, field)?,
    })
}

fn number(number: Option<i32>, field: &[&str]) -> Result<Option<u32>, Error> {
    number.map(|number| natural(number, field)).transpose()
}

fn natural(number: i32, field: &[&str]) -> Result<u32, Error> {
    u32::try_from(number).map_err(|_negative| Error::invalid(field, "numbers are not negative"))
}

fn amount(money: MoneyInput, field: &[&str]) -> Result<domain::Money, Error> {
    money
        .try_into()
        .map_err(|error: domain::MoneyError| Error::invalid(field, error.to_string()))
}

fn ids<T: TypedId>(ids: &[ID], field: &[&str]) -> Result<BTreeSet<Uuid>, Error> {
    ids.iter()
        .map(|id| {
            T::parse(id)
                .map(TypedId::uuid)
                .map_err(|error| Error::invalid(field, error.to_string()))
        })
        .collect()
}
