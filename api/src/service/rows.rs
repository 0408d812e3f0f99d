//! Small things that many reads and writes need.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use entity::channel;
use sea_orm::sea_query::LockType;
use sea_orm::{
    DatabaseTransaction, DbBackend, EntityTrait, QuerySelect, QueryTrait, Statement, Value,
};
use serde::{Deserialize as _, Deserializer};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Repeats the last id until the list is as long as a power of two.
///
/// A list of any length becomes one of few lengths, hence one of few statements: those stay prepared.
#[must_use]
pub(crate) fn padded(ids: &[Uuid]) -> Vec<Uuid> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), *last);
    }
    padded
}

/// Lets changes that count a channel's rows be made one after the other: two at once would not count each other.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn one_at_a_time(
    transaction: &DatabaseTransaction,
    channel_id: Uuid,
) -> Result<()> {
    let channel: Option<Uuid> = channel::Entity::find_by_id(channel_id)
        .select_only()
        .column(channel::Column::Id)
        .lock(LockType::NoKeyUpdate)
        .into_tuple()
        .one(transaction)
        .await?;
    channel.ok_or_else(|| Error::internal("there is no such channel"))?;
    Ok(())
}

/// Gathers rows by owner, keeping their order.
pub(crate) fn grouped<T>(rows: Vec<T>, owner: impl Fn(&T) -> Uuid) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for row in rows {
        groups.entry(owner(&row)).or_default().push(row);
    }
    groups
}

/// The text of a hot statement, written once for each of its few shapes: putting it together anew costs as much as running
/// it.
#[derive(Debug, Default)]
pub(crate) struct KeptSql(RwLock<Vec<(DbBackend, usize, Arc<str>)>>);

impl KeptSql {
    /// No text yet.
    pub(crate) const fn new() -> Self {
        Self(RwLock::new(Vec::new()))
    }

    /// The statement for these values. `query` is asked for the text at the first use of a shape, which is a number that
    /// tells its variants apart; it must bind as many values, in this order.
    pub(crate) fn statement<Q: QueryTrait>(
        &self,
        backend: DbBackend,
        shape: usize,
        values: Vec<Value>,
        query: impl FnOnce() -> Q,
    ) -> Statement {
        let text = || {
            let statement = query().build(backend);
            debug_assert_eq!(
                statement.values.as_ref().map(|bound| &bound.0),
                Some(&values),
                "the values of a kept statement are in another order: {}",
                statement.sql
            );
            statement.sql
        };
        let text = self.text(backend, shape, text);
        Statement::from_sql_and_values(backend, &*text, values)
    }

    /// The text of a statement that binds nothing but what its shape tells. `write` is asked for it at the first use of a shape.
    pub(crate) fn text(
        &self,
        backend: DbBackend,
        shape: usize,
        write: impl FnOnce() -> String,
    ) -> Arc<str> {
        if let Some(text) = self.find(backend, shape) {
            return text;
        }
        let text: Arc<str> = write().into();
        let mut texts = self.0.write().unwrap_or_else(PoisonError::into_inner);
        texts.push((backend, shape, Arc::clone(&text)));
        text
    }

    fn find(&self, backend: DbBackend, shape: usize) -> Option<Arc<str>> {
        let texts = self.0.read().unwrap_or_else(PoisonError::into_inner);
        texts
            .iter()
            .find(|(of, number, _)| (*of, *number) == (backend, shape))
            .map(|(_, _, text)| Arc::clone(text))
    }
}

/// Rows of another table as one column of JSON: those of a single row cost no statement of their own then.
#[derive(Clone, Copy, Debug)]
pub(crate) struct JsonSql(pub(crate) DbBackend);

impl JsonSql {
    /// An array with an object of these columns for each row of the query, in its order.
    pub(crate) fn rows(self, columns: &[&str], query: &str) -> String {
        let (array, object) = if self.0 == DbBackend::Postgres {
            ("json_agg", "json_build_object")
        } else {
            ("json_group_array", "json_object")
        };
        let fields: Vec<String> = columns
            .iter()
            .map(|column| format!("'{column}', {column}"))
            .collect();
        let fields = fields.join(", ");
        format!("(SELECT coalesce({array}({object}({fields})), '[]') FROM ({query}) AS part)")
    }

    /// All rows as one text: an array with an array of these values for each. What it is read into has its fields in their
    /// order.
    pub(crate) fn arrays(self, values: &[&str]) -> String {
        let values = values.join(", ");
        if self.0 == DbBackend::Postgres {
            format!("CAST(coalesce(json_agg(json_build_array({values})), '[]') AS text)")
        } else {
            format!("coalesce(json_group_array(json_array({values})), '[]')")
        }
    }

    /// An id as a value of such an array.
    pub(crate) fn id(self, column: &str) -> String {
        if self.0 == DbBackend::Postgres {
            column.to_owned()
        } else {
            format!("hex({column})")
        }
    }

    /// A column that holds JSON as a value of such an array.
    pub(crate) fn json(self, column: &str) -> String {
        if self.0 == DbBackend::Postgres {
            column.to_owned()
        } else {
            format!("json({column})")
        }
    }

    /// Whether something is so, as a value of such an array; read by [`flag`].
    pub(crate) fn flag(condition: &str) -> String {
        format!("CASE WHEN {condition} THEN 1 ELSE 0 END")
    }
}

/// Reads a [`JsonSql::flag`].
pub(crate) fn flag<'de, D: Deserializer<'de>>(reader: D) -> std::result::Result<bool, D::Error> {
    u8::deserialize(reader).map(|flag| flag != 0)
}

/// Places of so many values to bind, the first of this number, as a list.
pub(crate) fn places(first: usize, count: usize) -> String {
    let places: Vec<String> = (first..first.saturating_add(count))
        .map(|place| format!("${place}"))
        .collect();
    places.join(", ")
}

/// Ids as values to bind.
pub(crate) fn bound(ids: &[Uuid]) -> impl Iterator<Item = Value> + '_ {
    ids.iter().map(|id| Value::from(*id))
}

/// Most rows one INSERT takes: SQLite binds at most 32,766 values in a statement.
pub(crate) const INSERT_CHUNK: usize = 500;

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::padded;

    #[test]
    fn lists_get_few_lengths_and_keep_their_ids() {
        let ids: Vec<Uuid> = (1..=5).map(Uuid::from_u128).collect();
        let longer = padded(&ids);
        assert_eq!(longer.len(), 8);
        assert!(longer.iter().all(|id| ids.contains(id)));
        assert!(padded(&[]).is_empty());
    }
}
