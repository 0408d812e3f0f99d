//! Points for events: those a program or staff reports, and birthdays, which the timer finds.

use chrono::{Datelike, Days, NaiveDate};
use domain::account::ActorKind;
use domain::permission::Permission;
use domain::points::{PointsTrigger, birthdays_on};
use entity::{channel, member, points_rule, points_transaction};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, DbBackend, EntityTrait,
    IntoActiveModel, QueryFilter, QueryOrder, QuerySelect,
};
use uuid::Uuid;

use super::earn::{self, Grant, Rule};
use super::error::PointsError;
use super::ledger;
use super::rules::active_rules;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::order::history::ActorRef;
use crate::service::tier;
use crate::state::AppState;

/// Longest name of a source, in bytes, and longest reason, in characters.
const MAX_SOURCE: usize = 200;
const MAX_REASON: usize = 200;
/// Birthdays missed while no server ran that are still celebrated, in days.
const MISSED_DAYS: u64 = 7;
/// Members looked up together.
const BATCH: u64 = 200;

/// Something that earns points by a rule for reviews, referrals or the shop's own events.
#[derive(Clone, Debug)]
pub struct RecordEvent {
    /// The member.
    pub member_id: Uuid,
    /// Key of the rule.
    pub rule_key: String,
    /// What happened, named by whoever reports it; a rule counts it once, whoever reports it how often.
    pub source: String,
    /// Words to show instead of the rule's label.
    pub reason: Option<String>,
}

/// Books what an event earns. Answers the entry, the first one when it was reported before; `None` when the limit of
/// the day is used up, so that the event may be reported again.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member, [`Error::Invalid`] for a rule that takes no events,
/// [`Error::IdempotencyKeyReused`] when the source was reported for another member.
pub async fn record_event(
    app: &AppState,
    viewer: &Viewer,
    command: RecordEvent,
) -> Result<Option<points_transaction::Model>, PointsError> {
    viewer.require(Permission::PointsWrite)?;
    check(&command)?;
    app.database.retry(|| attempt(app, viewer, &command)).await
}

fn check(command: &RecordEvent) -> Result<()> {
    let source = command.source.trim();
    if source.is_empty() || source.len() > MAX_SOURCE {
        let message = format!("a source has 1 to {MAX_SOURCE} bytes");
        return Err(Error::invalid(&["source"], message));
    }
    let is_reason =
        |reason: &String| !reason.trim().is_empty() && reason.chars().count() <= MAX_REASON;
    if !command.reason.iter().all(is_reason) {
        let message = format!("a reason has 1 to {MAX_REASON} characters");
        return Err(Error::invalid(&["reason"], message));
    }
    Ok(())
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &RecordEvent,
) -> Result<Option<points_transaction::Model>, PointsError> {
    let transaction = app.database.begin().await?;
    let rule = points_rule::Entity::find()
        .filter(points_rule::COLUMN.channel_id.eq(viewer.channel.id))
        .filter(points_rule::COLUMN.key.eq(command.rule_key.as_str()))
        .filter(points_rule::COLUMN.active.eq(true))
        .one(&transaction)
        .await?
        .filter(|rule| rule.trigger.is_reported())
        .ok_or_else(|| Error::invalid(&["ruleKey"], "no rule in force for events has this key"))?;
    member::Entity::find_by_id(command.member_id)
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("member"))?;
    let source = Source {
        kind: EVENT,
        id: command.source.trim().to_owned(),
        reason: command.reason.as_deref().map(str::trim),
        actor: viewer.actor(),
    };
    let booked = give(
        app,
        &transaction,
        &viewer.channel,
        command.member_id,
        &Rule::of(&rule),
        &source,
    )
    .await?;
    let entry = match booked {
        Some(id) => points_transaction::Entity::find_by_id(id),
        None => points_transaction::Entity::find()
            .filter(points_transaction::COLUMN.source_kind.eq(EVENT))
            .filter(points_transaction::COLUMN.source_id.eq(source.id.as_str()))
            .filter(points_transaction::COLUMN.rule_key.eq(rule.key.as_str())),
    };
    let entry = entry.one(&transaction).await?;
    if entry
        .as_ref()
        .is_some_and(|entry| entry.member_id != command.member_id)
    {
        return Err(Error::IdempotencyKeyReused.into());
    }
    transaction.commit().await?;
    Ok(entry)
}

/// What members are told their points are for.
const EVENT: &str = "event";
const BIRTHDAY: &str = "birthday";

struct Source<'a> {
    kind: &'static str,
    id: String,
    reason: Option<&'a str>,
    actor: ActorRef,
}

/// Books what a rule gives each time, under the factor of the member's tier and within the limit of the day.
async fn give(
    app: &AppState,
    transaction: &DatabaseTransaction,
    channel: &channel::Model,
    member_id: Uuid,
    rule: &Rule,
    source: &Source<'_>,
) -> Result<Option<Uuid>> {
    let mut accounts = ledger::lock(transaction, &app.clock, member_id).await?;
    let tier = tier::of_member(transaction, channel.id, member_id).await?;
    let thousandths = tier.map_or(1_000, |tier| tier.points_multiplier_thousandths);
    let thousandths = u32::try_from(thousandths).map_err(Error::internal)?;
    let today = earn::earned_today(transaction, &app.clock, member_id).await?;
    let grant = Grant {
        points: earn::fixed(rule, thousandths)?.min(earn::daily_rest(rule, &today)?),
        rule: Some(rule),
        source_kind: source.kind,
        source_id: source.id.clone(),
        reason: source.reason,
        order_id: None,
        actor: source.actor,
    };
    earn::book(transaction, &app.clock, &mut accounts, &grant).await
}

/// Books what birthdays earn, each day's once, days missed lately included. Answers how many members earned.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn celebrate_due(app: &AppState) -> Result<u64> {
    let today = app.clock.now().date_naive();
    let mut done = 0;
    for channel in app.channels.all()? {
        let rules = active_rules(app.database.read(), channel.id, PointsTrigger::Birthday).await?;
        for rule in rules {
            if rule.birthdays_until.is_some_and(|last| last >= today) {
                continue;
            }
            let earliest = today
                .checked_sub_days(Days::new(MISSED_DAYS))
                .unwrap_or(today);
            let next = rule.birthdays_until.and_then(|last| last.succ_opt());
            let first = next.map_or(today, |next| next.max(earliest));
            for day in first.iter_days().take_while(|day| *day <= today) {
                done += celebrate(app, &channel, &rule, day).await?;
            }
            let mut row = rule.into_active_model();
            row.birthdays_until = Set(Some(today));
            row.update(app.database.write()).await?;
        }
    }
    Ok(done)
}

async fn celebrate(
    app: &AppState,
    channel: &channel::Model,
    rule: &points_rule::Model,
    day: NaiveDate,
) -> Result<u64> {
    let mut done = 0;
    let mut last = Uuid::nil();
    loop {
        let born: Vec<Uuid> = member::Entity::find()
            .select_only()
            .column(member::Column::Id)
            .filter(born_on(app.database.backend(), day))
            .filter(member::COLUMN.email_verified_at.is_not_null())
            .filter(member::COLUMN.id.gt(last))
            .order_by_asc(member::Column::Id)
            .limit(BATCH)
            .into_tuple()
            .all(app.database.read())
            .await?;
        let Some(end) = born.last() else {
            return Ok(done);
        };
        last = *end;
        for member_id in born {
            let gift = || gift(app, channel, rule, member_id, day);
            done += u64::from(app.database.retry(gift).await?);
        }
    }
}

/// Once a year, however often the day of birth is changed.
async fn gift(
    app: &AppState,
    channel: &channel::Model,
    rule: &points_rule::Model,
    member_id: Uuid,
    day: NaiveDate,
) -> Result<bool> {
    let transaction = app.database.begin().await?;
    let source = Source {
        kind: BIRTHDAY,
        id: format!("{member_id}:{}", day.year()),
        reason: None,
        actor: (ActorKind::System, None),
    };
    let booked = give(
        app,
        &transaction,
        channel,
        member_id,
        &Rule::of(rule),
        &source,
    )
    .await?;
    transaction.commit().await?;
    Ok(booked.is_some())
}

/// Members born on a day of any year, in the words of the database's index.
fn born_on(backend: DbBackend, day: NaiveDate) -> Expr {
    use sea_orm::sea_query::ExprTrait as _;
    let days = birthdays_on(day);
    if backend == DbBackend::Sqlite {
        let days = days
            .iter()
            .map(|(month, day)| format!("{month:02}-{day:02}"));
        Expr::cust("substr(birthday, 6)").is_in(days)
    } else {
        let days = days.iter().map(|(month, day)| month * 100 + day);
        Expr::cust("(EXTRACT(MONTH FROM birthday) * 100 + EXTRACT(DAY FROM birthday))").is_in(days)
    }
}
