//! The same key and input give the first answer again; the key row is written in the transaction of its effect.

use std::collections::HashSet;

use entity::idempotency_record::{ActiveModel, COLUMN, Column, Entity};
use sea_orm::sea_query::OnConflict;
use sea_orm::{ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use serde::Serialize;
use serde::de::DeserializeOwned;
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::{Error, Result};

/// Longest key, in bytes.
pub const MAX_KEY: usize = 255;

/// A request that may come twice.
#[derive(Clone, Debug)]
pub struct Request<'a> {
    /// Whose key it is: `Viewer::idempotency_actor`.
    pub actor: &'a str,
    /// The mutation.
    pub operation: &'static str,
    /// The caller's key.
    pub key: &'a str,
    /// Digest of the whole input.
    pub request_hash: String,
}

impl<'a> Request<'a> {
    /// Describes a request; `input` is everything that makes it this request.
    ///
    /// # Errors
    /// [`Error::Invalid`] for an empty or overlong key.
    pub fn try_new<I: Serialize>(
        actor: &'a str,
        operation: &'static str,
        key: &'a str,
        input: &I,
    ) -> Result<Self> {
        if key.trim().is_empty() || key.len() > MAX_KEY {
            return Err(Error::invalid(
                &["idempotencyKey"],
                format!("a key has 1 to {MAX_KEY} bytes"),
            ));
        }
        let input = serde_json::to_string(input).map_err(Error::internal)?;
        Ok(Self {
            actor,
            operation,
            key,
            request_hash: crate::auth::secret::digest(&input),
        })
    }

    /// Claims the key for `outcome`, or tells what the first request led to. Two at once: the second waits for the first to
    /// commit (PostgreSQL: on the unique index; SQLite: on the writer).
    ///
    /// Ids in `outcome` are made before the effect, so that one insert is enough; a rolled back transaction frees the key.
    ///
    /// # Errors
    /// [`Error::IdempotencyKeyReused`] when the key was used with another input.
    pub async fn claim<O: Serialize + DeserializeOwned>(
        &self,
        transaction: &DatabaseTransaction,
        clock: &Clock,
        outcome: &O,
    ) -> Result<Option<O>> {
        let row = self.row(clock.new_id(), clock, outcome)?;
        let written = Entity::insert(row)
            .on_conflict(keep_first())
            .exec_without_returning(transaction)
            .await?;
        if written == 1 {
            return Ok(None);
        }
        let first = Entity::find()
            .filter(COLUMN.actor_key.eq(self.actor))
            .filter(COLUMN.operation.eq(self.operation))
            .filter(COLUMN.key.eq(self.key))
            .one(transaction)
            .await?
            .ok_or(Error::Conflict("idempotency key"))?;
        if first.request_hash != self.request_hash {
            return Err(Error::IdempotencyKeyReused);
        }
        serde_json::from_value(first.outcome.0)
            .map(Some)
            .map_err(Error::internal)
    }

    /// The row that stands for the claim.
    ///
    /// # Errors
    /// [`Error::Internal`] when the outcome cannot be written as JSON.
    pub(crate) fn row<O: Serialize>(
        &self,
        id: Uuid,
        clock: &Clock,
        outcome: &O,
    ) -> Result<ActiveModel> {
        let outcome = serde_json::to_value(outcome).map_err(Error::internal)?;
        Ok(ActiveModel {
            id: Set(id),
            actor_key: Set(self.actor.to_owned()),
            operation: Set(self.operation.to_owned()),
            key: Set(self.key.to_owned()),
            request_hash: Set(self.request_hash.clone()),
            outcome: Set(outcome.into()),
            created_at: Set(clock.now()),
        })
    }
}

fn keep_first() -> OnConflict {
    OnConflict::columns([Column::ActorKey, Column::Operation, Column::Key])
        .do_nothing()
        .to_owned()
}

/// Claims several keys with one statement; tells which rows were the first of their keys.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn claim_all(
    transaction: &DatabaseTransaction,
    rows: impl Iterator<Item = ActiveModel>,
) -> Result<HashSet<Uuid>> {
    let claimed = Entity::insert_many(rows)
        .on_conflict(keep_first())
        .exec_with_returning_keys(transaction)
        .await?;
    Ok(claimed.into_iter().collect())
}

/// Frees keys that were claimed in this transaction and led to nothing.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn give_up(
    transaction: &DatabaseTransaction,
    ids: impl Iterator<Item = Uuid>,
) -> Result<()> {
    Entity::delete_many()
        .filter(Column::Id.is_in(ids))
        .exec(transaction)
        .await?;
    Ok(())
}
