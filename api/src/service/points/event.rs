//! Points for events: those a program or staff reports, and birthdays, which the timer finds.

use chrono::{Datelike, NaiveDate};
use domain::account::ActorKind;
use domain::birthday::days_to_celebrate;
use domain::permission::Permission;
use domain::points::PointsTrigger;
use entity::{channel, member, points_capped_event, points_rule, points_transaction};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use super::earn::{self, Grant};
use super::error::PointsError;
use super::ledger::{self, Accounts};
use super::rules::{Rule, active_rules};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::member::born_on;
use crate::service::order::history::ActorRef;
use crate::service::tier;
use crate::state::AppState;

/// Longest name of a source, in bytes, and longest reason, in characters.
const MAX_SOURCE: usize = 200;
const MAX_REASON: usize = 200;
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

/// What an event came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Points were booked, now or when it was first reported.
    Booked(Box<points_transaction::Model>),
    /// The limit of the day was used up when it was first reported: it earned nothing, and never will.
    Capped,
}

/// Books what an event earns, as far as the limit of the day goes. An event reported again has the outcome it had.
///
/// # Errors
/// [`Error::NotFound`] for an unknown member, [`Error::Invalid`] for a rule that takes no events,
/// [`Error::IdempotencyKeyReused`] when the source was reported for another member.
pub async fn record_event(
    app: &AppState,
    viewer: &Viewer,
    command: RecordEvent,
) -> Result<Recorded, PointsError> {
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
) -> Result<Recorded, PointsError> {
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
    let mut accounts = ledger::lock(&transaction, &app.clock, command.member_id).await?;
    let source = command.source.trim();
    if let Some(first) = recorded_before(&transaction, &rule, source, command.member_id).await? {
        return Ok(first);
    }
    let grant = Source {
        kind: EVENT,
        id: source.to_owned(),
        reason: command.reason.as_deref().map(str::trim),
        actor: viewer.actor(),
    };
    let terms = Rule::of(&rule);
    let channel = &viewer.channel;
    let recorded = match give(app, &transaction, channel, &mut accounts, &terms, &grant).await? {
        Some(id) => {
            let entry = points_transaction::Entity::find_by_id(id)
                .one(&transaction)
                .await?;
            let entry = entry.ok_or_else(|| Error::internal("an entry is gone"))?;
            Recorded::Booked(Box::new(entry))
        }
        None => cap(app, &transaction, &rule, source, command.member_id).await?,
    };
    transaction.commit().await?;
    Ok(recorded)
}

/// What an event came to that was reported before. The lock on the member's accounts keeps it so.
async fn recorded_before(
    transaction: &DatabaseTransaction,
    rule: &points_rule::Model,
    source: &str,
    member_id: Uuid,
) -> Result<Option<Recorded>, PointsError> {
    let column = points_transaction::COLUMN;
    let entry = points_transaction::Entity::find()
        .filter(column.source_kind.eq(EVENT))
        .filter(column.source_id.eq(source))
        .filter(column.rule_id.eq(rule.id))
        .one(transaction)
        .await?;
    let capped = points_capped_event::Entity::find_by_id((rule.id, source.to_owned()))
        .one(transaction)
        .await?;
    let of_whom = entry.as_ref().map(|entry| entry.member_id);
    let of_whom = of_whom.or(capped.as_ref().map(|capped| capped.member_id));
    if of_whom.is_some_and(|member| member != member_id) {
        return Err(Error::IdempotencyKeyReused.into());
    }
    let capped = capped.map(|_| Recorded::Capped);
    Ok(entry.map(Box::new).map(Recorded::Booked).or(capped))
}

/// Notes that an event earned nothing. Somebody may have reported it for another member at the same time.
async fn cap(
    app: &AppState,
    transaction: &DatabaseTransaction,
    rule: &points_rule::Model,
    source: &str,
    member_id: Uuid,
) -> Result<Recorded, PointsError> {
    let row = points_capped_event::ActiveModel {
        rule_id: Set(rule.id),
        source: Set(source.to_owned()),
        member_id: Set(member_id),
        occurred_at: Set(app.clock.now()),
    };
    let once = OnConflict::columns([
        points_capped_event::Column::RuleId,
        points_capped_event::Column::Source,
    ])
    .do_nothing()
    .to_owned();
    points_capped_event::Entity::insert(row)
        .on_conflict(once)
        .exec_without_returning(transaction)
        .await?;
    recorded_before(transaction, rule, source, member_id)
        .await?
        .ok_or_else(|| Error::internal("an event is recorded nowhere").into())
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
    accounts: &mut Accounts,
    rule: &Rule,
    source: &Source<'_>,
) -> Result<Option<Uuid>> {
    let (member_id, time_zone) = (accounts.member_id, earn::zone(channel)?);
    let tier = tier::of_member(transaction, channel.id, member_id).await?;
    let thousandths = tier.map_or(1_000, |tier| tier.points_multiplier_thousandths);
    let thousandths = u32::try_from(thousandths).map_err(Error::internal)?;
    let today = earn::earned_today(transaction, &app.clock, time_zone, member_id).await?;
    let grant = Grant {
        points: earn::fixed(rule, thousandths)?.min(earn::daily_rest(rule, &today)?),
        rule: Some(rule),
        channel,
        source_kind: source.kind,
        source_id: source.id.clone(),
        reason: source.reason,
        order_id: None,
        actor: source.actor,
    };
    let booked = earn::book(transaction, &app.clock, accounts, &grant).await?;
    if booked.is_some() {
        tier::assess_growth(transaction, app, member_id, None).await?;
    }
    Ok(booked)
}

/// Books what birthdays earn, each day's once, days missed lately included. Answers how many members earned.
///
/// # Errors
/// When the database does not answer; what was done before stays.
pub async fn celebrate_due(app: &AppState) -> Result<u64> {
    let mut done = 0;
    for channel in app.channels.all()? {
        let today = earn::zone(&channel)?.day(app.clock.now());
        let rules = active_rules(app.database.read(), channel.id, PointsTrigger::Birthday).await?;
        for rule in rules {
            if rule.birthdays_until.is_some_and(|last| last >= today) {
                continue;
            }
            for day in days_to_celebrate(rule.birthdays_until, today) {
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
        let born = born_on(app.database.read(), day, last, BATCH).await?;
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
    let mut accounts = ledger::lock(&transaction, &app.clock, member_id).await?;
    let rule = Rule::of(rule);
    let booked = give(app, &transaction, channel, &mut accounts, &rule, &source).await?;
    transaction.commit().await?;
    Ok(booked.is_some())
}
