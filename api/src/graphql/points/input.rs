use async_graphql::{ID, InputObject, MaybeUndefined};
use domain::decimal_text::parse_scaled;
use domain::id::{MemberId, TypedId as _};
use domain::promotion::ProductSelector;

use super::types::{PointsEntryKind, PointsExpiryPolicy, PointsTrigger};
use crate::error::Error;
use crate::graphql::input::{id_in, patch};
use crate::graphql::money::DateTimeRangeInput;
use crate::graphql::promotion::ProductSelectorInput;
use crate::graphql::scalar::Decimal;
use crate::service::points::{Adjust, EntryFilter, RecordEvent, RuleInput};

/// Narrows ledger entries.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct PointsEntryFilter {
    /// Of these kinds.
    pub kind: Option<Vec<PointsEntryKind>>,
    /// In this span.
    pub occurred_at: Option<DateTimeRangeInput>,
}

impl From<PointsEntryFilter> for EntryFilter {
    fn from(filter: PointsEntryFilter) -> Self {
        let (from, until) = filter.occurred_at.map_or((None, None), |span| {
            (span.from.map(|at| at.0), span.until.map(|at| at.0))
        });
        Self {
            kinds: filter
                .kind
                .unwrap_or_default()
                .into_iter()
                .map(Into::into)
                .collect(),
            from,
            until,
        }
    }
}

/// Writable fields of a rule.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsRuleInput {
    /// Key for code, unique.
    pub key: String,
    /// Text for members; needed when new.
    pub label: Option<String>,
    /// What earns; needed when new.
    pub trigger: Option<PointsTrigger>,
    /// Points for each unit of money spent.
    pub points_per_money_unit: MaybeUndefined<Decimal>,
    /// Points each time.
    pub fixed_points: MaybeUndefined<i32>,
    /// Most points a member earns by it in a day.
    pub max_per_day: MaybeUndefined<i32>,
    /// Days until points become usable. When a new rule leaves it out: for orders, as long as goods may be sent back; else 0.
    pub pending_days: Option<i32>,
    /// Which products count; all if null.
    pub products: MaybeUndefined<ProductSelectorInput>,
    /// When points lapse; if left out, after `expiryDays`, or never without them.
    pub expiry_policy: Option<PointsExpiryPolicy>,
    /// Days until points lapse; with an end of month or year, days until that month or year.
    pub expiry_days: MaybeUndefined<i32>,
    /// Whether it is in force.
    pub active: Option<bool>,
}

/// Input of pointsRulesUpsert.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsRulesUpsertInput {
    /// Rules, matched by key.
    pub points_rules: Vec<PointsRuleInput>,
}

impl TryFrom<PointsRulesUpsertInput> for Vec<RuleInput> {
    type Error = Error;

    fn try_from(input: PointsRulesUpsertInput) -> Result<Self, Error> {
        input
            .points_rules
            .into_iter()
            .enumerate()
            .map(rule)
            .collect()
    }
}

fn rule((index, input): (usize, PointsRuleInput)) -> Result<RuleInput, Error> {
    let per_unit = patch(input.points_per_money_unit)
        .map(|points| {
            points
                .map(|points| parse_scaled(&points.0.to_string(), 6))
                .transpose()
        })
        .transpose()
        .map_err(|error| {
            Error::invalid(
                &["pointsRules", &index.to_string(), "pointsPerMoneyUnit"],
                error.to_string(),
            )
        })?;
    let products = patch(input.products)
        .map(|products| {
            products.map_or(Ok(ProductSelector::default()), |products| {
                products.read(&[])
            })
        })
        .transpose()
        .map_err(|error| below(error, index))?;
    Ok(RuleInput {
        key: input.key,
        label: input.label,
        trigger: input.trigger.map(Into::into),
        points_per_money_unit_ppm: per_unit,
        fixed_points: patch(input.fixed_points),
        max_per_day: patch(input.max_per_day),
        pending_days: input.pending_days,
        products,
        expiry_policy: input.expiry_policy.map(Into::into),
        expiry_days: patch(input.expiry_days),
        active: input.active,
    })
}

/// A choice of products is refused below `promotion`; here it stands below a rule.
fn below(error: Error, index: usize) -> Error {
    match error {
        Error::Invalid { field, message } => {
            let place = ["pointsRules", &index.to_string(), "products"].map(str::to_owned);
            let field = place.into_iter().chain(field.into_iter().skip(1)).collect();
            Error::Invalid { field, message }
        }
        other @ (Error::NotFound(_)
        | Error::Conflict(_)
        | Error::IdempotencyKeyReused
        | Error::Unauthenticated
        | Error::Forbidden(_)
        | Error::RateLimited { .. }
        | Error::Unavailable(_)
        | Error::Internal(_)) => other,
    }
}

/// Input of pointsEventRecord.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsEventRecordInput {
    /// The member.
    pub member_id: ID,
    /// Key of a rule in force for reviews, referrals or your own events.
    pub rule_key: String,
    /// Name of the event in your system, such as review:4711; a rule counts it once.
    pub source: String,
    /// Words for the member instead of the rule's label.
    pub reason: Option<String>,
}

impl TryFrom<PointsEventRecordInput> for RecordEvent {
    type Error = Error;

    fn try_from(input: PointsEventRecordInput) -> Result<Self, Error> {
        Ok(Self {
            member_id: id_in::<MemberId>(&input.member_id, &["memberId"])?.uuid(),
            rule_key: input.rule_key,
            source: input.source,
            reason: input.reason,
        })
    }
}

/// Input of pointsAdjust.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsAdjustInput {
    /// The member.
    pub member_id: ID,
    /// Signed points.
    pub points: i32,
    /// Why; the member reads it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PointsAdjustInput> for Adjust {
    type Error = Error;

    fn try_from(input: PointsAdjustInput) -> Result<Self, Error> {
        Ok(Self {
            member_id: id_in::<MemberId>(&input.member_id, &["memberId"])?.uuid(),
            points: input.points,
            reason: input.reason,
            idempotency_key: input.idempotency_key,
        })
    }
}

/// Input of pointsAdjustmentRequest.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PointsAdjustmentRequestInput {
    /// The member.
    pub member_id: ID,
    /// Signed points.
    pub points: i32,
    /// Why; the member reads it.
    pub reason: String,
    /// Unique per request.
    pub idempotency_key: String,
}

impl TryFrom<PointsAdjustmentRequestInput> for Adjust {
    type Error = Error;

    fn try_from(input: PointsAdjustmentRequestInput) -> Result<Self, Error> {
        let PointsAdjustmentRequestInput {
            member_id,
            points,
            reason,
            idempotency_key,
        } = input;
        PointsAdjustInput {
            member_id,
            points,
            reason,
            idempotency_key,
        }
        .try_into()
    }
}
