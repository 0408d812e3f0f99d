//! Gives events their places in the feed.
//!
//! Whoever numbers events of a channel holds that channel's counter until the commit. So positions become visible in their
//! order and without gaps, and a reader that goes on from a position misses nothing: an event whose transaction commits
//! late is numbered late.

use std::collections::{BTreeMap, HashMap, HashSet};

use entity::column::{Json, Text};
use entity::event::{COLUMN, Column, Entity, Model};
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, EntityTrait, IntoActiveModel, QueryFilter, QuerySelect,
    Statement, Value,
};
use uuid::Uuid;

use super::Told;
use crate::error::{Error, Result};
use crate::service::rows::{INSERT_CHUNK, padded};
use crate::service::webhook;
use crate::state::AppState;

/// A table of counters, one for each key.
struct Counters {
    table: &'static str,
    key: &'static str,
    counter: &'static str,
}

const HEADS: Counters = Counters {
    table: "event_head",
    key: "channel_id",
    counter: "position",
};
const SUBJECTS: Counters = Counters {
    table: "event_subject",
    key: "subject_id",
    counter: "sequence",
};

/// Appends events to the feeds of their channels, in this order; those that are there already are left out.
///
/// # Errors
/// When the database does not answer; nothing is written then.
pub async fn publish(app: &AppState, told: Vec<Told>) -> Result<()> {
    let is_to_be_sent = app.database.retry(|| attempt(app, &told)).await?;
    if is_to_be_sent {
        app.wake.wake();
    }
    Ok(())
}

/// Answers whether any event is to be sent to somebody.
async fn attempt(app: &AppState, told: &[Told]) -> Result<bool> {
    let transaction = app.database.begin().await?;
    let fresh = fresh(&transaction, told).await?;
    if fresh.is_empty() {
        return Ok(false);
    }
    let mut positions = count_up(
        &transaction,
        &HEADS,
        fresh.iter().map(|event| event.channel_id),
    )
    .await?;
    let mut sequences = count_up(
        &transaction,
        &SUBJECTS,
        fresh.iter().map(|event| event.subject_id),
    )
    .await?;
    let now = app.clock.now();
    let mut rows = Vec::with_capacity(fresh.len());
    for event in fresh {
        rows.push(Model {
            id: event.id,
            channel_id: event.channel_id,
            position: Some(next(&mut positions, event.channel_id)?),
            kind: Text(event.kind),
            subject_kind: Text(event.subject),
            subject_id: event.subject_id,
            sequence: next(&mut sequences, event.subject_id)?,
            payload: Json(event.payload.clone()),
            occurred_at: event.occurred_at,
            published_at: now,
        });
    }
    for chunk in rows.chunks(INSERT_CHUNK) {
        Entity::insert_many(chunk.iter().cloned().map(Model::into_active_model))
            .exec_without_returning(&transaction)
            .await?;
    }
    let is_to_be_sent = webhook::fan_out(&transaction, &app.clock, &rows).await?;
    transaction.commit().await?;
    Ok(is_to_be_sent)
}

/// The events that have no place yet. A second worker that is numbering the same ones now is told by the key of the table.
async fn fresh<'a>(transaction: &DatabaseTransaction, told: &'a [Told]) -> Result<Vec<&'a Told>> {
    let ids: Vec<Uuid> = told.iter().map(|event| event.id).collect();
    let known: Vec<Uuid> = Entity::find()
        .select_only()
        .column(Column::Id)
        .filter(COLUMN.id.is_in(padded(&ids)))
        .into_tuple()
        .all(transaction)
        .await?;
    let mut seen: HashSet<Uuid> = known.into_iter().collect();
    Ok(told.iter().filter(|event| seen.insert(event.id)).collect())
}

/// Adds the number of its keys to each counter, in one order so that two workers do not wait for each other in turns;
/// answers what each stood at before.
async fn count_up(
    transaction: &DatabaseTransaction,
    counters: &Counters,
    keys: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, i64>> {
    let mut counts: BTreeMap<Uuid, i64> = BTreeMap::new();
    for key in keys {
        *counts.entry(key).or_default() += 1;
    }
    let Counters {
        table,
        key,
        counter,
    } = counters;
    let rows: Vec<String> = (0..counts.len())
        .map(|row| format!("(${}, ${})", 2 * row + 1, 2 * row + 2))
        .collect();
    let sql = format!(
        "INSERT INTO {table} ({key}, {counter}) VALUES {rows} ON CONFLICT ({key}) DO UPDATE \
         SET {counter} = {table}.{counter} + excluded.{counter} RETURNING {key}, {counter}",
        rows = rows.join(", ")
    );
    let values = counts
        .iter()
        .flat_map(|(key, count)| [Value::from(*key), Value::from(*count)]);
    let statement = Statement::from_sql_and_values(transaction.get_database_backend(), sql, values);
    let mut before = HashMap::with_capacity(counts.len());
    for row in transaction.query_all_raw(statement).await? {
        let id: Uuid = row.try_get("", key)?;
        let after: i64 = row.try_get("", counter)?;
        before.insert(id, after - counts.get(&id).copied().unwrap_or_default());
    }
    Ok(before)
}

/// The next number of a counter.
fn next(counters: &mut HashMap<Uuid, i64>, key: Uuid) -> Result<i64> {
    let counter = counters
        .get_mut(&key)
        .ok_or_else(|| Error::internal("a counter was not written"))?;
    *counter += 1;
    Ok(*counter)
}
