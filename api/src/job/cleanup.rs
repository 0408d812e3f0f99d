//! Removes what has served its purpose: told messages, spent tokens, ended sessions, old idempotency keys, files of jobs, events,
//! alerts about stock, notes of carts that were left, presales that are over.

use chrono::{DateTime, TimeDelta, Utc};
use domain::cart::abandoned;
use domain::event::FEED_KEPT;
use domain::stock::{ALERT_KEPT, ALERT_TURN};
use sea_orm::{ConnectionTrait, Statement};

use crate::error::Result;
use crate::state::AppState;

/// Rows removed by one statement: locks and the journal stay small however much has piled up.
const ROWS: u64 = 2_000;

/// Statements that remove rows older than `$1`, at most [`ROWS`] each, with the age they mean.
const REMOVALS: [(TimeDelta, &str); 11] = [
    (
        TimeDelta::days(7),
        "DELETE FROM outbox_message WHERE id IN \
         (SELECT id FROM outbox_message WHERE status = 'DONE' AND done_at < $1 LIMIT 2000)",
    ),
    (
        TimeDelta::days(7),
        "DELETE FROM one_time_token WHERE id IN (SELECT id FROM one_time_token WHERE expires_at < $1 LIMIT 2000)",
    ),
    (
        TimeDelta::days(30),
        "DELETE FROM session WHERE id IN \
         (SELECT id FROM session WHERE expires_at < $1 OR revoked_at < $1 LIMIT 2000)",
    ),
    (
        TimeDelta::days(30),
        "DELETE FROM idempotency_record WHERE id IN \
         (SELECT id FROM idempotency_record WHERE created_at < $1 LIMIT 2000)",
    ),
    (
        TimeDelta::days(90),
        "DELETE FROM webhook_inbox WHERE id IN (SELECT id FROM webhook_inbox WHERE processed_at < $1 LIMIT 2000)",
    ),
    (
        FEED_KEPT,
        "DELETE FROM event WHERE id IN (SELECT id FROM event WHERE published_at < $1 \
         ORDER BY published_at LIMIT 2000)",
    ),
    (
        ALERT_TURN,
        "DELETE FROM stock_alert WHERE id IN (SELECT id FROM stock_alert WHERE told_at < $1 LIMIT 2000)",
    ),
    (
        ALERT_KEPT,
        "DELETE FROM stock_alert WHERE id IN (SELECT id FROM stock_alert WHERE created_at < $1 LIMIT 2000)",
    ),
    (
        abandoned::KEPT,
        "DELETE FROM abandoned_cart WHERE id IN (SELECT id FROM abandoned_cart WHERE left_at < $1 LIMIT 2000)",
    ),
    // Looked at again under the lock: it may be given a new date meanwhile.
    (
        TimeDelta::days(1),
        "DELETE FROM presale WHERE variant_id IN \
         (SELECT variant_id FROM presale WHERE is_told AND coalesce(ships_at, moved_at) < $1 LIMIT 2000) \
         AND is_told AND coalesce(ships_at, moved_at) < $1",
    ),
    // An hour longer than their address lasts, so that nobody is cut off who began to fetch one.
    (
        TimeDelta::hours(25),
        "DELETE FROM job_file_part WHERE (job_id, number) IN \
         (SELECT part.job_id, part.number FROM job_file_part part INNER JOIN job ON job.id = part.job_id \
         WHERE job.finished_at < $1 LIMIT 2000)",
    ),
];

/// Removes everything that is old enough.
///
/// # Errors
/// [`crate::error::Error::Unavailable`] when the database does not answer.
pub(super) async fn run(app: &AppState) -> Result<()> {
    let now = app.clock.now();
    for (age, sql) in REMOVALS {
        while remove(app, sql, now - age).await? >= ROWS {}
    }
    Ok(())
}

async fn remove(app: &AppState, sql: &'static str, before: DateTime<Utc>) -> Result<u64> {
    let statement = Statement::from_sql_and_values(app.database.backend(), sql, [before.into()]);
    Ok(app
        .database
        .write()
        .execute_raw(statement)
        .await?
        .rows_affected())
}
