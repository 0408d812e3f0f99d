//! Points earned: promised to an order when it is placed and booked when it is completed, and for a new member.

use std::collections::HashMap;

use chrono::TimeDelta;
use domain::account::ActorKind;
use domain::points::{PointsEntryKind, PointsTrigger, notice_at};
use domain::pricing::Earning;
use domain::time_zone::TimeZone;
use entity::column::Text;
use entity::{
    channel, order, points_promise, points_rule, points_rule_version, points_transaction,
};
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::ledger::{self, Accounts, Entry};
use super::lots::{self, NewLot};
use super::rules::{Rule, active_rules};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::service::order::history::ActorRef;
use crate::service::tier;
use crate::state::AppState;

/// What an order will earn by which version of which rule, as it is written down: later changes of the rules do not matter to
/// it.
///
/// # Errors
/// For more points than can be counted.
pub fn promises_to(
    order_id: Uuid,
    earnings: &[Earning],
) -> Result<Vec<points_promise::ActiveModel>> {
    let promise = |earning: &Earning| {
        Ok(points_promise::ActiveModel {
            order_id: Set(order_id),
            rule_id: Set(earning.rule_id),
            rule_version: Set(earning.rule_version),
            points: Set(i32::try_from(earning.points).map_err(Error::internal)?),
        })
    };
    earnings.iter().map(promise).collect()
}

/// Writes down what orders will earn.
///
/// # Errors
/// When the database does not answer.
pub async fn promise(
    transaction: &DatabaseTransaction,
    promises: Vec<points_promise::ActiveModel>,
) -> Result<()> {
    if promises.is_empty() {
        return Ok(());
    }
    points_promise::Entity::insert_many(promises)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Books what a completed order earns: what each rule promised when it was placed, on its terms of then, as far as the
/// limit of the day goes. Sets `points_earned` to what was booked.
///
/// # Errors
/// When the database does not answer.
pub async fn earn(
    transaction: &DatabaseTransaction,
    app: &AppState,
    member_id: Uuid,
    order: &mut order::Model,
) -> Result<()> {
    let Some(whole) = u32::try_from(order.points_earned)
        .ok()
        .filter(|points| *points > 0)
    else {
        return Ok(());
    };
    let channel = app.channels.find_by_id(order.channel_id)?;
    let time_zone = zone(&channel)?;
    let mut accounts = ledger::lock(transaction, &app.clock, member_id).await?;
    let promises = promises(transaction, order.id).await?;
    let today = earned_today(transaction, &app.clock, time_zone, member_id).await?;
    let of_order = |rule, points| Grant {
        rule,
        points,
        channel: &channel,
        source_kind: "order",
        source_id: order.id.to_string(),
        reason: None,
        order_id: Some(order.id),
        actor: (ActorKind::System, None),
    };
    let mut booked = 0;
    for (rule, points) in &promises {
        let points = daily_rest(rule, &today)?.min(*points);
        let grant = of_order(Some(rule), points);
        if book(transaction, &app.clock, &mut accounts, &grant)
            .await?
            .is_some()
        {
            booked += points;
        }
    }
    if promises.is_empty() {
        // Placed before promises were kept by rule: the promise stands, without terms.
        let grant = of_order(None, whole);
        book(transaction, &app.clock, &mut accounts, &grant).await?;
        booked = whole;
    }
    order.points_earned = i32::try_from(booked).map_err(Error::internal)?;
    Ok(())
}

/// Books what a member earns for a verified registration; once per member and rule.
///
/// # Errors
/// When the database does not answer.
pub async fn welcome(
    transaction: &DatabaseTransaction,
    app: &AppState,
    channel: &channel::Model,
    member_id: Uuid,
) -> Result<()> {
    let rules = active_rules(transaction, channel.id, PointsTrigger::Registration).await?;
    if rules.is_empty() {
        return Ok(());
    }
    let mut accounts = ledger::lock(transaction, &app.clock, member_id).await?;
    for rule in rules.iter().map(Rule::of) {
        let grant = Grant {
            points: fixed(&rule, 1_000)?.min(daily_rest(&rule, &HashMap::new())?),
            rule: Some(&rule),
            channel,
            source_kind: "member",
            source_id: member_id.to_string(),
            reason: None,
            order_id: None,
            actor: (ActorKind::System, None),
        };
        book(transaction, &app.clock, &mut accounts, &grant).await?;
    }
    tier::assess_growth(transaction, app, member_id, None).await
}

/// Points to be booked for something.
pub(super) struct Grant<'a> {
    /// Whose terms hold; without one the points are usable at once and never lapse.
    pub(super) rule: Option<&'a Rule>,
    pub(super) points: u32,
    /// Whose calendar and settings hold.
    pub(super) channel: &'a channel::Model,
    pub(super) source_kind: &'static str,
    pub(super) source_id: String,
    /// Words to show instead of the rule's label.
    pub(super) reason: Option<&'a str>,
    pub(super) order_id: Option<Uuid>,
    pub(super) actor: ActorRef,
}

/// Books a grant. Answers its entry, or `None` for no points or when the source was booked before.
pub(super) async fn book(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &mut Accounts,
    grant: &Grant<'_>,
) -> Result<Option<Uuid>> {
    if grant.points == 0 {
        return Ok(None);
    }
    let terms = grant.rule.map(|rule| &rule.terms);
    let pending_days = terms.map_or(0, |terms| terms.pending_days);
    let is_pending = pending_days > 0;
    let usable_at = clock.now() + TimeDelta::days(i64::from(pending_days));
    let time_zone = zone(grant.channel)?;
    let expires_at = terms.and_then(|terms| terms.expiry().expires_at(usable_at, time_zone));
    let notice_days = u32::try_from(grant.channel.points_notice_days).map_err(Error::internal)?;
    let balance_before = accounts.balance();
    let label = terms.map_or("", |terms| &terms.label);
    let entry = Entry {
        kind: PointsEntryKind::Earn,
        channel_id: grant.channel.id,
        points: i64::from(grant.points),
        is_pending,
        source_kind: grant.source_kind,
        source_id: grant.source_id.clone(),
        rule: grant.rule,
        reason: grant.reason.unwrap_or(label),
        order_id: grant.order_id,
        actor: grant.actor,
        available_at: is_pending.then_some(usable_at),
        expires_at,
    };
    let member_id = accounts.member_id;
    let Some(transaction_id) = ledger::record(transaction, clock, accounts, entry).await? else {
        return Ok(None);
    };
    let lot = NewLot {
        transaction_id,
        points: grant.points,
        available_at: is_pending.then_some(usable_at),
        expires_at,
        notice_at: expires_at.and_then(|end| notice_at(usable_at, end, notice_days)),
    };
    lots::add(transaction, clock, member_id, &lot, balance_before).await?;
    Ok(Some(transaction_id))
}

/// What an order was promised by each rule, by the rules' keys.
async fn promises(transaction: &DatabaseTransaction, order_id: Uuid) -> Result<Vec<(Rule, u32)>> {
    let promises = points_promise::Entity::find()
        .filter(points_promise::COLUMN.order_id.eq(order_id))
        .all(transaction)
        .await?;
    let ids: Vec<Uuid> = promises.iter().map(|promise| promise.rule_id).collect();
    let versions = points_rule_version::Entity::find()
        .filter(points_rule_version::COLUMN.rule_id.is_in(ids.clone()))
        .all(transaction)
        .await?;
    let keys: HashMap<Uuid, String> = points_rule::Entity::find()
        .filter(points_rule::COLUMN.id.is_in(ids))
        .all(transaction)
        .await?
        .into_iter()
        .map(|rule| (rule.id, rule.key))
        .collect();
    let mut found = promises
        .iter()
        .map(|promise| {
            let version = versions.iter().find(|version| {
                version.rule_id == promise.rule_id && version.version == promise.rule_version
            });
            let (Some(version), Some(key)) = (version, keys.get(&promise.rule_id)) else {
                return Err(Error::internal("a promise of points by an unknown rule"));
            };
            let rule = Rule {
                id: promise.rule_id,
                key: key.clone(),
                version: version.version,
                terms: version.into(),
            };
            let points = u32::try_from(promise.points).map_err(Error::internal)?;
            Ok((rule, points))
        })
        .collect::<Result<Vec<_>>>()?;
    found.sort_by(|(one, _), (other, _)| one.key.cmp(&other.key));
    Ok(found)
}

/// Where the days of a channel begin.
pub(super) fn zone(channel: &channel::Model) -> Result<TimeZone> {
    TimeZone::parse(&channel.timezone).map_err(Error::internal)
}

/// What the member earned since midnight in the shop, by rule; without what no rule gave.
pub(super) async fn earned_today(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    time_zone: TimeZone,
    member_id: Uuid,
) -> Result<HashMap<Uuid, u32>> {
    let column = points_transaction::COLUMN;
    let midnight = time_zone.start_of(time_zone.day(clock.now()));
    let rows = points_transaction::Entity::find()
        .filter(column.member_id.eq(member_id))
        .filter(column.kind.eq(Text(PointsEntryKind::Earn)))
        .filter(column.occurred_at.gte(midnight))
        .all(transaction)
        .await?;
    let mut earned: HashMap<Uuid, u32> = HashMap::new();
    for row in rows {
        let Some(rule_id) = row.rule_id else { continue };
        let points = u32::try_from(row.points).unwrap_or_default();
        let sum = earned.entry(rule_id).or_default();
        *sum = sum.saturating_add(points);
    }
    Ok(earned)
}

/// What a rule may still give a member today.
pub(super) fn daily_rest(rule: &Rule, earned: &HashMap<Uuid, u32>) -> Result<u32> {
    let Some(most) = rule.terms.max_per_day else {
        return Ok(u32::MAX);
    };
    let most = u32::try_from(most).map_err(Error::internal)?;
    Ok(most.saturating_sub(earned.get(&rule.id).copied().unwrap_or_default()))
}

/// What a rule gives each time, under a tier's factor in thousandths.
pub(super) fn fixed(rule: &Rule, thousandths: u32) -> Result<u32> {
    let points = u64::try_from(rule.terms.fixed_points.unwrap_or_default());
    let points = domain::tier::multiplied(points.map_err(Error::internal)?, thousandths);
    Ok(i32::try_from(points).unwrap_or(i32::MAX).unsigned_abs())
}
