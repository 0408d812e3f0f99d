//! Deliveries as queues, one for each webhook: what is due, claiming, and what became of a try.
//!
//! A claim leases the row and counts the try in one statement; its number fences off a worker whose lease ran out. Of the
//! deliveries about one object only the earliest is claimed, so that a receiver sees the events of an object in order.

use chrono::{DateTime, TimeDelta, Utc};
use domain::webhook::is_given_up;
use entity::webhook;
use sea_orm::{
    ConnectionTrait, DbBackend, EntityTrait, FromQueryResult, QuerySelect, Statement, Value,
};
use uuid::Uuid;

use crate::database::{self, Database};
use crate::error::Result;
use crate::state::AppState;

/// How long a claimed delivery is this worker's alone; more than a receiver may take.
const LEASE: TimeDelta = TimeDelta::seconds(60);

/// What makes a delivery `d` claimable at `$1`. A look at what is due asks the same as a claim, or it would find work that
/// nobody can take, over and over.
const CLAIMABLE: &str = "d.finished_at IS NULL AND d.next_attempt_at <= $1 \
    AND (d.leased_until IS NULL OR d.leased_until < $1) \
    AND NOT EXISTS (SELECT 1 FROM webhook_delivery earlier WHERE earlier.webhook_id = d.webhook_id \
    AND earlier.subject_id = d.subject_id AND earlier.finished_at IS NULL AND earlier.sequence < d.sequence)";

/// A delivery this worker may try.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct Claimed {
    pub(super) id: Uuid,
    pub(super) event_id: Uuid,
    pub(super) subject_id: Uuid,
    pub(super) sequence: i64,
    /// Which try this is, from 1.
    pub(super) attempts: i32,
}

/// What became of a try that failed.
pub(super) struct Failure<'a> {
    /// Status of the answer, if there was one.
    pub(super) response_status: Option<u16>,
    /// Why, for people.
    pub(super) reason: &'a str,
    /// When it is tried again; never if none.
    pub(super) next_attempt_at: Option<DateTime<Utc>>,
    /// Whether the webhook is switched off at once.
    pub(super) is_gone: bool,
    /// Whether it counts towards giving the address up.
    pub(super) counts: bool,
}

/// Webhooks that have something to be sent now.
///
/// # Errors
/// When the database does not answer.
pub async fn due(app: &AppState) -> Result<Vec<Uuid>> {
    let sql = format!(
        "SELECT w.id FROM webhook w WHERE w.is_active AND EXISTS \
         (SELECT 1 FROM webhook_delivery d WHERE d.webhook_id = w.id AND {CLAIMABLE})"
    );
    let statement =
        Statement::from_sql_and_values(app.database.backend(), sql, [app.clock.now().into()]);
    let rows = database::in_time(app.database.read().query_all_raw(statement)).await?;
    let ids = rows.iter().map(|row| row.try_get("", "id"));
    Ok(ids.collect::<std::result::Result<_, _>>()?)
}

/// Leases deliveries of a webhook that are due, those that waited longest first.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn claim(app: &AppState, webhook_id: Uuid, at_most: u8) -> Result<Vec<Claimed>> {
    let now = app.clock.db_now(app.database.read()).await?;
    let lock = if app.database.backend() == DbBackend::Postgres {
        " FOR UPDATE OF d SKIP LOCKED"
    } else {
        ""
    };
    let sql = format!(
        "WITH picked AS MATERIALIZED (SELECT d.id FROM webhook_delivery d JOIN webhook w ON w.id = d.webhook_id \
         WHERE d.webhook_id = $2 AND w.is_active AND {CLAIMABLE} \
         ORDER BY d.next_attempt_at, d.sequence LIMIT $3{lock}) \
         UPDATE webhook_delivery SET leased_until = $4, attempts = attempts + 1, status = 'RUNNING' \
         WHERE id IN (SELECT id FROM picked) RETURNING id, event_id, subject_id, sequence, attempts"
    );
    let values: [Value; 4] = [
        now.into(),
        webhook_id.into(),
        i64::from(at_most).into(),
        (now + LEASE).into(),
    ];
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
    let rows = database::in_time(app.database.write().query_all_raw(statement)).await?;
    let claimed = rows.iter().map(|row| Claimed::from_query_result(row, ""));
    Ok(claimed.collect::<std::result::Result<_, _>>()?)
}

/// Writes down that a delivery arrived.
///
/// # Errors
/// When the database does not answer; it is then sent again, under the same identity.
pub(super) async fn arrived(
    app: &AppState,
    webhook_id: Uuid,
    claimed: &Claimed,
    response_status: u16,
) -> Result<()> {
    let sql = "UPDATE webhook_delivery SET status = 'SUCCEEDED', response_status = $1, error = NULL, \
               next_attempt_at = NULL, leased_until = NULL, finished_at = $2 \
               WHERE id = $3 AND attempts = $4 AND finished_at IS NULL";
    let values: [Value; 4] = [
        i32::from(response_status).into(),
        app.clock.now().into(),
        claimed.id.into(),
        claimed.attempts.into(),
    ];
    execute(&app.database, app.database.write(), sql, values).await?;
    let sql = "UPDATE webhook SET failing_since = NULL WHERE id = $1 AND failing_since IS NOT NULL";
    execute(
        &app.database,
        app.database.write(),
        sql,
        [webhook_id.into()],
    )
    .await?;
    Ok(())
}

/// Writes down that a try failed: when the next one is, for the later events of the same object too, and whether the webhook
/// is switched off.
///
/// # Errors
/// When the database does not answer; the lease then runs out by itself.
pub(super) async fn failed(
    app: &AppState,
    webhook_id: Uuid,
    claimed: &Claimed,
    failure: Failure<'_>,
) -> Result<()> {
    let transaction = app.database.begin().await?;
    let now = app.clock.now();
    let status = if failure.next_attempt_at.is_some() {
        "RETRYING"
    } else {
        "FAILED"
    };
    let sql = "UPDATE webhook_delivery SET status = $1, response_status = $2, error = $3, next_attempt_at = $4, \
               leased_until = NULL, finished_at = $5 WHERE id = $6 AND attempts = $7 AND finished_at IS NULL";
    let ended_at = failure.next_attempt_at.is_none().then_some(now);
    let values: [Value; 7] = [
        status.into(),
        failure.response_status.map(i32::from).into(),
        failure.reason.into(),
        failure.next_attempt_at.into(),
        ended_at.into(),
        claimed.id.into(),
        claimed.attempts.into(),
    ];
    if execute(&app.database, &transaction, sql, values).await? == 0 {
        return Ok(()); // another worker has it now
    }
    if let Some(next) = failure.next_attempt_at {
        // They would be due and yet not be claimed: a look-up for nothing at every turn.
        let sql = "UPDATE webhook_delivery SET next_attempt_at = $1 WHERE webhook_id = $2 AND subject_id = $3 \
                   AND finished_at IS NULL AND sequence > $4 AND next_attempt_at < $1";
        let values: [Value; 4] = [
            next.into(),
            webhook_id.into(),
            claimed.subject_id.into(),
            claimed.sequence.into(),
        ];
        execute(&app.database, &transaction, sql, values).await?;
    }
    if failure.counts {
        note_failure(app, &transaction, webhook_id, &failure, now).await?;
    }
    transaction.commit().await?;
    Ok(())
}

async fn note_failure(
    app: &AppState,
    transaction: &sea_orm::DatabaseTransaction,
    webhook_id: Uuid,
    failure: &Failure<'_>,
    now: DateTime<Utc>,
) -> Result<()> {
    let webhook = webhook::Entity::find_by_id(webhook_id)
        .lock_exclusive()
        .one(transaction)
        .await?;
    let Some(webhook) = webhook.filter(|webhook| webhook.is_active) else {
        return Ok(());
    };
    let since = webhook.failing_since.unwrap_or(now);
    let reason = if failure.is_gone {
        Some(format!("It wants no more events: {}.", failure.reason))
    } else if is_given_up(since, now) {
        Some(format!(
            "Nothing arrived for five days: {}.",
            failure.reason
        ))
    } else {
        None
    };
    if let Some(reason) = &reason {
        tracing::warn!(webhook.id = %webhook_id, webhook.reason = reason, "webhook is switched off");
    }
    let sql =
        "UPDATE webhook SET failing_since = $1, is_active = $2, disabled_reason = $3 WHERE id = $4";
    let values: [Value; 4] = [
        since.into(),
        reason.is_none().into(),
        reason.into(),
        webhook_id.into(),
    ];
    execute(&app.database, transaction, sql, values).await?;
    Ok(())
}

async fn execute<const N: usize>(
    database: &Database,
    connection: &impl ConnectionTrait,
    sql: &'static str,
    values: [Value; N],
) -> Result<u64> {
    let statement = Statement::from_sql_and_values(database.backend(), sql, values);
    Ok(database::in_time(connection.execute_raw(statement))
        .await?
        .rows_affected())
}
