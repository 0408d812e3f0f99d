//! Points earned: for a completed order and for a new member.

use std::collections::HashMap;

use chrono::{NaiveTime, TimeDelta};
use domain::Money;
use domain::account::ActorKind;
use domain::points::{EarnRule, PointsEntryKind, PointsTrigger, split_promised};
use entity::channel;
use entity::{order, points_rule, points_transaction};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::ledger::{self, Accounts, Entry};
use super::lots::{self, NewLot};
use super::rules::{active_rules, order_rule};
use crate::clock::Clock;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Books what a completed order earns: the points promised when it was placed, shared out over today's rules, which
/// say when they become usable, when they lapse and how many a day may bring. Sets `points_earned` to what was booked.
///
/// # Errors
/// When the database does not answer.
pub async fn earn(
    transaction: &DatabaseTransaction,
    app: &AppState,
    member_id: Uuid,
    order: &mut order::Model,
) -> Result<()> {
    let Some(promised) = u32::try_from(order.points_earned)
        .ok()
        .filter(|points| *points > 0)
    else {
        return Ok(());
    };
    let mut accounts = ledger::lock(transaction, &app.clock, member_id).await?;
    let rules = active_rules(transaction, order.channel_id, PointsTrigger::Order).await?;
    let paid = Money::new(
        order.subtotal_minor.saturating_add(order.discount_minor),
        order.currency.0,
    );
    let weights = rules
        .iter()
        .map(|rule| {
            Ok(u64::from(
                order_rule(rule)?
                    .points_for(paid, 0)
                    .map_err(Error::internal)?,
            ))
        })
        .collect::<Result<Vec<u64>>>()?;
    let today = earned_today(transaction, &app.clock, member_id).await?;
    let mut booked = 0;
    for (rule, points) in rules.iter().zip(split_promised(promised, &weights)) {
        let earned = today.get(&rule.key).copied().unwrap_or_default();
        let points = points.min(daily_rest(&order_rule(rule)?, earned));
        booked += book(
            transaction,
            &app.clock,
            &mut accounts,
            &of_order(Some(rule), points, order.id),
        )
        .await?;
    }
    if rules.is_empty() {
        // The rules of the day it was placed are gone: the promise stands, without their terms.
        booked = book(
            transaction,
            &app.clock,
            &mut accounts,
            &of_order(None, promised, order.id),
        )
        .await?;
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
    clock: &Clock,
    channel: &channel::Model,
    member_id: Uuid,
) -> Result<()> {
    let rules = active_rules(transaction, channel.id, PointsTrigger::Registration).await?;
    if rules.is_empty() {
        return Ok(());
    }
    let mut accounts = ledger::lock(transaction, clock, member_id).await?;
    for rule in &rules {
        let fixed =
            u32::try_from(rule.fixed_points.unwrap_or_default()).map_err(Error::internal)?;
        let points = fixed.min(daily_rest(&order_rule(rule)?, 0));
        let grant = Grant {
            rule: Some(rule),
            points,
            source_kind: "member",
            source_id: member_id,
            order_id: None,
        };
        book(transaction, clock, &mut accounts, &grant).await?;
    }
    Ok(())
}

struct Grant<'a> {
    /// Whose terms hold; without one the points are usable at once and never lapse.
    rule: Option<&'a points_rule::Model>,
    points: u32,
    source_kind: &'static str,
    source_id: Uuid,
    order_id: Option<Uuid>,
}

fn of_order(rule: Option<&points_rule::Model>, points: u32, order_id: Uuid) -> Grant<'_> {
    Grant {
        rule,
        points,
        source_kind: "order",
        source_id: order_id,
        order_id: Some(order_id),
    }
}

async fn book(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    accounts: &mut Accounts,
    grant: &Grant<'_>,
) -> Result<u32> {
    if grant.points == 0 {
        return Ok(0);
    }
    let pending_days = grant.rule.map_or(0, |rule| rule.pending_days);
    let is_pending = pending_days > 0;
    let usable_at = clock.now() + TimeDelta::days(i64::from(pending_days));
    let expires_at = grant
        .rule
        .and_then(|rule| rule.expiry_days)
        .map(|days| usable_at + TimeDelta::days(i64::from(days)));
    let balance_before = accounts.balance();
    let entry = Entry {
        kind: PointsEntryKind::Earn,
        points: i64::from(grant.points),
        is_pending,
        source_kind: grant.source_kind,
        source_id: grant.source_id.to_string(),
        rule_key: grant.rule.map_or("", |rule| &rule.key),
        reason: grant.rule.map_or("", |rule| &rule.label),
        order_id: grant.order_id,
        actor: (ActorKind::System, None),
        available_at: is_pending.then_some(usable_at),
        expires_at,
    };
    let member_id = accounts.member_id;
    let Some(transaction_id) = ledger::record(transaction, clock, accounts, entry).await? else {
        return Ok(0);
    };
    let lot = NewLot {
        transaction_id,
        points: grant.points,
        available_at: is_pending.then_some(usable_at),
        expires_at,
    };
    lots::add(transaction, clock, member_id, &lot, balance_before).await?;
    Ok(grant.points)
}

/// What the member earned since midnight UTC, by rule.
async fn earned_today(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    member_id: Uuid,
) -> Result<HashMap<String, u32>> {
    let column = points_transaction::COLUMN;
    let midnight = clock.now().date_naive().and_time(NaiveTime::MIN).and_utc();
    let rows = points_transaction::Entity::find()
        .filter(column.member_id.eq(member_id))
        .filter(column.kind.eq(entity::column::Text(PointsEntryKind::Earn)))
        .filter(column.occurred_at.gte(midnight))
        .all(transaction)
        .await?;
    let mut earned: HashMap<String, u32> = HashMap::new();
    for row in rows {
        let points = u32::try_from(row.points).unwrap_or_default();
        let sum = earned.entry(row.rule_key).or_default();
        *sum = sum.saturating_add(points);
    }
    Ok(earned)
}

fn daily_rest(rule: &EarnRule, earned: u32) -> u32 {
    rule.max_per_day
        .map_or(u32::MAX, |most| most.saturating_sub(earned))
}
