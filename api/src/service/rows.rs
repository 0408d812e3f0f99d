//! Small things that many reads and writes need.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use entity::channel;
use rustc_hash::FxBuildHasher;
use sea_orm::sea_query::{Expr, LockType, SimpleExpr};
use sea_orm::{
    DatabaseTransaction, DbBackend, EntityTrait, QuerySelect, QueryTrait, Statement, Value,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{Error, Result};

/// Things by their id. The shop makes ids itself, so nobody can choose many that meet in a map, and a fast hash will do.
pub(crate) type ById<T> = HashMap<Uuid, T, FxBuildHasher>;

/// Repeats the last id until the list is as long as a power of two.
///
/// A list of any length becomes one of few lengths, hence one of few statements: those stay prepared.
#[must_use]
pub(crate) fn padded<T: Clone>(ids: &[T]) -> Vec<T> {
    let mut padded = ids.to_vec();
    if let Some(last) = ids.last() {
        padded.resize(ids.len().next_power_of_two(), last.clone());
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

    /// These values as one array.
    pub(crate) fn array(self, values: &[&str]) -> String {
        let array = if self.0 == DbBackend::Postgres {
            "json_build_array"
        } else {
            "json_array"
        };
        format!("{array}({})", values.join(", "))
    }

    /// An array with this value of each row.
    pub(crate) fn all(self, value: &str) -> String {
        if self.0 == DbBackend::Postgres {
            format!("json_agg({value})")
        } else {
            format!("json_group_array({value})")
        }
    }

    /// This array of each row, as one text that [`read_arrays`] takes apart. What a row is read into has its fields in the
    /// order of the array.
    pub(crate) fn text(self, array: &str) -> String {
        self.ordered_text(array, "")
    }

    /// The same in the order of columns, after `ORDER BY`.
    pub(crate) fn text_by(self, array: &str, columns: &str) -> String {
        self.ordered_text(array, &format!(" ORDER BY {columns}"))
    }

    fn ordered_text(self, array: &str, order: &str) -> String {
        if self.0 == DbBackend::Postgres {
            format!("coalesce(string_agg(CAST({array} AS text), ''{order}), '')")
        } else {
            format!("coalesce(group_concat({array}, ''{order}), '')")
        }
    }

    /// An id as a value of an array.
    pub(crate) fn id(self, column: &str) -> String {
        if self.0 == DbBackend::Postgres {
            column.to_owned()
        } else {
            format!("hex({column})")
        }
    }

    /// Something that is JSON as a value of an array.
    pub(crate) fn json(self, column: &str) -> String {
        if self.0 == DbBackend::Postgres {
            column.to_owned()
        } else {
            format!("json({column})")
        }
    }

    /// Whether each of some things is so, as one value of an array: a bit for each, the first the lowest.
    pub(crate) fn flags(conditions: &[&str]) -> String {
        let bits = conditions.iter().enumerate();
        let bits: Vec<String> = bits
            .map(|(place, condition)| {
                format!("CASE WHEN {condition} THEN {} ELSE 0 END", 1 << place)
            })
            .collect();
        bits.join(" + ")
    }
}

/// Most ids that a statement binds one by one.
const FEW: usize = 8;

/// Ids whose rows a hot statement looks for, as it binds them. Few are bound one by one: a database that sees how few they are looks
/// each up, whatever else it joins. More are one list, so that any number of them makes the same statement.
#[derive(Clone, Debug)]
pub(crate) struct Sought {
    backend: DbBackend,
    values: Vec<Value>,
    is_list: bool,
}

impl Sought {
    /// Ids to look for, of which there is at least one.
    pub(crate) fn new(backend: DbBackend, ids: &[Uuid]) -> Self {
        let is_list = ids.len() > FEW;
        let values = if is_list {
            vec![list(backend, ids)]
        } else {
            bound(&padded(ids)).collect()
        };
        Self {
            backend,
            values,
            is_list,
        }
    }

    /// Tells apart the texts of a statement that looks for ids.
    pub(crate) fn shape(&self) -> usize {
        if self.is_list { 0 } else { self.values.len() }
    }

    /// What is bound.
    pub(crate) fn values(&self) -> impl Iterator<Item = Value> + '_ {
        self.values.iter().cloned()
    }

    /// Whether a column is among them, in a statement whose values before them are so many.
    pub(crate) fn text(&self, column: &str, before: usize) -> String {
        let marks = (1..=self.values.len()).map(|place| format!("${}", before + place));
        self.among(column, marks)
    }

    /// The same as a part of a query that numbers its values by itself.
    pub(crate) fn expr(&self, column: &str) -> SimpleExpr {
        let text = if self.backend == DbBackend::Postgres {
            self.text(column, 0)
        } else {
            self.among(column, self.values.iter().map(|_| "?".to_owned()))
        };
        Expr::cust_with_values(text, self.values.clone())
    }

    fn among(&self, column: &str, marks: impl Iterator<Item = String>) -> String {
        let marks = marks.collect::<Vec<_>>().join(", ");
        if !self.is_list {
            format!("{column} IN ({marks})")
        } else if self.backend == DbBackend::Postgres {
            // The list is read apart: who saw how long it is would plan the statement anew each time.
            format!("{column} = ANY(CAST((SELECT {marks}) AS uuid[]))")
        } else {
            format!("{column} IN (SELECT unhex(value) FROM json_each({marks}))")
        }
    }
}

/// Ids as one value to bind.
fn list(backend: DbBackend, ids: &[Uuid]) -> Value {
    let (open, quote, close) = if backend == DbBackend::Postgres {
        ("{", "", "}")
    } else {
        ("[", "\"", "]")
    };
    let mut list = String::with_capacity(ids.len().saturating_mul(36).saturating_add(2));
    list.push_str(open);
    for (place, id) in ids.iter().enumerate() {
        if place > 0 {
            list.push(',');
        }
        list.push_str(quote);
        list.push_str(id.simple().encode_lower(&mut Uuid::encode_buffer()));
        list.push_str(quote);
    }
    list.push_str(close);
    list.into()
}

/// Takes apart what [`JsonSql::text`] put together, row by row.
pub(crate) fn read_arrays<'a, T: Deserialize<'a> + 'a>(
    text: &'a str,
) -> impl Iterator<Item = Result<T>> + 'a {
    let rows = serde_json::Deserializer::from_str(text).into_iter();
    rows.map(|row| row.map_err(Error::internal))
}

/// Ids as values to bind.
pub(crate) fn bound(ids: &[Uuid]) -> impl Iterator<Item = Value> + '_ {
    ids.iter().map(|id| Value::from(*id))
}

/// Most rows one INSERT takes: SQLite binds at most 32,766 values in a statement.
pub(crate) const INSERT_CHUNK: usize = 500;

#[cfg(test)]
mod tests {
    use sea_orm::{DbBackend, Value};
    use uuid::Uuid;

    use super::{Sought, list, padded, read_arrays};

    #[test]
    fn lists_get_few_lengths_and_keep_their_ids() {
        let ids: Vec<Uuid> = (1..=5).map(Uuid::from_u128).collect();
        let longer = padded(&ids);
        assert_eq!(longer.len(), 8);
        assert!(longer.iter().all(|id| ids.contains(id)));
        assert!(padded::<Uuid>(&[]).is_empty());
    }

    #[test]
    fn few_ids_are_bound_one_by_one_and_many_as_one_value() {
        let ids: Vec<Uuid> = (1..=9).map(Uuid::from_u128).collect();
        for backend in [DbBackend::Postgres, DbBackend::Sqlite] {
            let few = Sought::new(backend, &ids[..3]);
            assert_eq!(few.shape(), 4);
            assert_eq!(few.text("id", 2), "id IN ($3, $4, $5, $6)");
            let bound: Vec<Value> = [1, 2, 3, 3]
                .into_iter()
                .map(|id| Uuid::from_u128(id).into())
                .collect();
            assert_eq!(few.values().collect::<Vec<_>>(), bound);
        }
        let postgres = Sought::new(DbBackend::Postgres, &ids);
        assert_eq!((postgres.shape(), postgres.values().count()), (0, 1));
        let text = "id = ANY(CAST((SELECT $3) AS uuid[]))";
        assert_eq!(postgres.text("id", 2), text);
        let sqlite = Sought::new(DbBackend::Sqlite, &ids);
        let text = "id IN (SELECT unhex(value) FROM json_each($3))";
        assert_eq!(sqlite.text("id", 2), text);
    }

    #[test]
    fn a_list_is_written_as_its_database_reads_it() {
        let ids = [Uuid::from_u128(1), Uuid::from_u128(0xab)];
        let (first, last) = (
            "00000000000000000000000000000001",
            "000000000000000000000000000000ab",
        );
        assert_eq!(
            list(DbBackend::Postgres, &ids),
            Value::from(format!("{{{first},{last}}}"))
        );
        assert_eq!(
            list(DbBackend::Sqlite, &ids),
            Value::from(format!("[\"{first}\",\"{last}\"]"))
        );
    }

    #[test]
    fn arrays_are_read_one_after_the_other() {
        let read = |text| read_arrays::<(u8, Option<String>)>(text).collect::<Result<Vec<_>, _>>();
        let rows = vec![(1, Some("a][".to_owned())), (2, None)];
        assert_eq!(read(r#"[1, "a]["][2,null]"#).unwrap(), rows);
        assert_eq!(read("").unwrap(), []);
        assert!(read("[1, null][2").is_err(), "cut off");
        assert!(read("[300, null]").is_err());
    }
}
