//! The outbox table as a queue: claiming, settling, handing back.
//!
//! Messages are found by their status, never by "ids above the last one": a transaction that took its id early and
//! commits late would be skipped by a cursor. A claim is one statement. It leases the row and counts the attempt, so
//! that a message that kills its worker is counted too; the attempt's number fences off a worker whose lease ran out.

use chrono::{DateTime, TimeDelta, Utc};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Statement, Value};
use uuid::Uuid;

use crate::database;
use crate::error::{Error, Result};
use crate::state::AppState;

/// How long a claimed message is this worker's alone, unless it [`renew`]s that: what a dead worker had begun waits no longer.
pub const LEASE: TimeDelta = TimeDelta::seconds(20);
/// Attempts after which a message waits for a person.
pub const MAX_ATTEMPTS: i32 = 20;
/// Longest pause between two attempts.
const LONGEST_PAUSE: TimeDelta = TimeDelta::hours(1);
/// Characters kept of a failure's reason.
const REASON_CHARS: usize = 500;

/// A message this worker may carry out.
#[derive(Debug, Clone, FromQueryResult)]
pub struct Claimed {
    /// The row.
    pub id: Uuid,
    /// Kind of its job.
    pub kind: String,
    /// The job as JSON.
    pub payload: serde_json::Value,
    /// Which attempt this is, from 1.
    pub attempts: i32,
}

/// What to claim.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Kinds of jobs.
    pub kinds: &'a [&'static str],
    /// Whether a message waits for earlier ones of the same subject.
    pub is_ordered: bool,
    /// Most messages.
    pub at_most: u32,
}

/// Leases messages that are due, oldest first.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer.
pub async fn claim(app: &AppState, claim: Claim<'_>) -> Result<Vec<Claimed>> {
    // A look at the index first: an idle worker must not take SQLite's one writing connection every half second.
    if claim.kinds.is_empty() || !is_any_due(app, claim.kinds, app.clock.now()).await? {
        return Ok(Vec::new());
    }
    let now = app.clock.db_now(app.database.read()).await?;
    // What a server pushed whose clock is fast is due on that clock.
    let due = now.max(app.clock.now());
    let lock = if app.database.backend() == DbBackend::Postgres {
        " FOR UPDATE OF message SKIP LOCKED"
    } else {
        ""
    };
    let in_order = if claim.is_ordered {
        " AND NOT EXISTS (SELECT 1 FROM outbox_message earlier WHERE earlier.subject_kind = message.subject_kind \
         AND earlier.subject_id = message.subject_id AND earlier.status = 'PENDING' AND earlier.id < message.id \
         AND (earlier.attempts > 0 OR earlier.next_attempt_at <= $3))"
    } else {
        ""
    };
    let sql = format!(
        "WITH picked AS MATERIALIZED (SELECT message.id FROM outbox_message message \
         WHERE message.status = 'PENDING' AND message.next_attempt_at <= $3 \
         AND (message.leased_until IS NULL OR message.leased_until < $2) AND message.kind IN ({kinds}){in_order} \
         ORDER BY message.next_attempt_at, message.id LIMIT $4{lock}) \
         UPDATE outbox_message SET leased_until = $1, attempts = attempts + 1 WHERE id IN (SELECT id FROM picked) \
         RETURNING id, kind, payload, attempts",
        kinds = placeholders(5, claim.kinds.len()),
    );
    let mut values: Vec<Value> = vec![
        (now + LEASE).into(),
        now.into(),
        due.into(),
        i64::from(claim.at_most).into(),
    ];
    values.extend(claim.kinds.iter().map(|kind| Value::from(*kind)));
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
    let rows = database::in_time(app.database.write().query_all_raw(statement)).await?;
    let mut claimed = rows
        .iter()
        .map(|row| Claimed::from_query_result(row, ""))
        .collect::<Result<Vec<_>, _>>()?;
    claimed.sort_unstable_by_key(|message| message.id);
    Ok(claimed)
}

/// Asks for the oldest, since the order leads to the index of a kind.
async fn is_any_due(app: &AppState, kinds: &[&'static str], now: DateTime<Utc>) -> Result<bool> {
    let sql = format!(
        "SELECT 1 AS due FROM outbox_message WHERE status = 'PENDING' AND next_attempt_at <= $1 \
         AND (leased_until IS NULL OR leased_until < $1) AND kind IN ({}) ORDER BY next_attempt_at LIMIT 1",
        placeholders(2, kinds.len())
    );
    let mut values: Vec<Value> = vec![now.into()];
    values.extend(kinds.iter().map(|kind| Value::from(*kind)));
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
    let due = database::in_time(app.database.read().query_one_raw(statement)).await?;
    Ok(due.is_some())
}

/// Marks messages as carried out. The token of a mail goes: it is with its receiver, and whoever reads the table must not
/// be able to use it.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer; the messages are then carried out again.
pub async fn complete(app: &AppState, ids: &[Uuid]) -> Result<()> {
    if ids.is_empty() {
        return Ok(());
    }
    let without_token = if app.database.backend() == DbBackend::Postgres {
        "jsonb_set(payload, '{token}', '\"\"', false)"
    } else {
        "json_replace(payload, '$.token', '')"
    };
    let sql = format!(
        "UPDATE outbox_message SET status = 'DONE', done_at = $1, leased_until = NULL, last_error = NULL, \
         payload = CASE WHEN kind = 'mail' THEN {without_token} ELSE payload END \
         WHERE status = 'PENDING' AND id IN ({})",
        placeholders(2, ids.len())
    );
    let mut values: Vec<Value> = vec![app.clock.now().into()];
    values.extend(ids.iter().map(|id| Value::from(*id)));
    execute(app, sql, values).await
}

/// Plans the next attempt of a message, or parks it when it failed too often.
///
/// A dependency that does not answer is nobody's poison: such a message is tried for ever.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer; the lease then runs out by itself.
pub async fn fail(app: &AppState, message: &Claimed, error: &Error) -> Result<()> {
    let is_parked = message.attempts >= MAX_ATTEMPTS && !matches!(error, Error::Unavailable(_));
    let status = if is_parked { "PARKED" } else { "PENDING" };
    let reason: String = error.to_string().chars().take(REASON_CHARS).collect();
    if is_parked {
        tracing::error!(outbox.id = %message.id, outbox.kind = message.kind, outbox.error = reason, "message is parked");
    } else {
        tracing::warn!(
            outbox.id = %message.id, outbox.kind = message.kind, outbox.attempts = message.attempts,
            outbox.error = reason, "message failed and is tried again"
        );
    }
    let next = app.clock.now() + pause_after(message.attempts);
    let sql = "UPDATE outbox_message SET status = $1, next_attempt_at = $2, leased_until = NULL, last_error = $3 \
               WHERE id = $4 AND attempts = $5 AND status = 'PENDING'";
    execute(
        app,
        sql,
        vec![
            status.into(),
            next.into(),
            reason.into(),
            message.id.into(),
            message.attempts.into(),
        ],
    )
    .await
}

/// Keeps messages this worker's alone for another [`LEASE`].
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer.
pub async fn renew(app: &AppState, messages: &[Claimed]) -> Result<()> {
    let now = app.clock.db_now(app.database.read()).await?;
    let mut values: Vec<Value> = vec![(now + LEASE).into()];
    let mut held = Vec::with_capacity(messages.len());
    for message in messages {
        held.push(format!(
            "(id = ${} AND attempts = ${})",
            values.len() + 1,
            values.len() + 2
        ));
        values.extend([Value::from(message.id), message.attempts.into()]);
    }
    let sql = format!(
        "UPDATE outbox_message SET leased_until = $1 WHERE status = 'PENDING' AND ({})",
        held.join(" OR ")
    );
    execute(app, sql, values).await
}

/// Gives messages back untried, as a worker does that is told to stop.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer; the leases then run out by themselves.
pub async fn hand_back(app: &AppState, messages: &[Claimed]) -> Result<()> {
    for message in messages {
        let sql = "UPDATE outbox_message SET leased_until = NULL, attempts = attempts - 1 \
                   WHERE id = $1 AND attempts = $2 AND status = 'PENDING'";
        execute(app, sql, vec![message.id.into(), message.attempts.into()]).await?;
    }
    Ok(())
}

/// Plans a timer's next run; timers are messages that are never done.
///
/// # Errors
/// [`Error::Unavailable`] when the database does not answer.
pub(super) async fn plan_again(app: &AppState, message: &Claimed, after: TimeDelta) -> Result<()> {
    let sql = "UPDATE outbox_message SET next_attempt_at = $1, attempts = 0, leased_until = NULL, last_error = NULL \
               WHERE id = $2 AND attempts = $3";
    execute(
        app,
        sql,
        vec![
            (app.clock.now() + after).into(),
            message.id.into(),
            message.attempts.into(),
        ],
    )
    .await
}

async fn execute(app: &AppState, sql: impl Into<String>, values: Vec<Value>) -> Result<()> {
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, values);
    database::in_time(app.database.write().execute_raw(statement)).await?;
    Ok(())
}

fn placeholders(first: usize, count: usize) -> String {
    (first..first + count)
        .map(|number| format!("${number}"))
        .collect::<Vec<_>>()
        .join(", ")
}

/// Doubles from a second up to an hour; a random part keeps messages that failed together from coming back together.
fn pause_after(attempts: i32) -> TimeDelta {
    let exponent = u32::try_from(attempts.saturating_sub(1))
        .unwrap_or(0)
        .min(12);
    let pause = TimeDelta::seconds(1_i64 << exponent).min(LONGEST_PAUSE);
    let millis = pause.num_milliseconds();
    TimeDelta::milliseconds(millis / 2 + rand::random_range(0..=millis / 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_an_hour_and_never_vanish() {
        for attempts in 1..40 {
            let pause = pause_after(attempts);
            assert!(
                pause >= TimeDelta::milliseconds(500) && pause <= LONGEST_PAUSE,
                "{attempts}: {pause}"
            );
        }
        assert!(pause_after(12) >= TimeDelta::minutes(17));
    }

    #[test]
    fn placeholders_are_numbered() {
        assert_eq!(placeholders(4, 3), "$4, $5, $6");
    }
}
