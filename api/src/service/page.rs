//! Keyset paging: requests, opaque cursors and pages.

use data_encoding::BASE64URL_NOPAD;
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, EntityTrait, FromQueryResult, IntoSimpleExpr, Order,
    PaginatorTrait, QueryOrder, QuerySelect, Select,
};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};

/// Rows in a page when neither `first` nor `last` is given.
pub const DEFAULT_PAGE: u64 = 20;
/// Most rows in a page.
pub const MAX_PAGE: u64 = 100;

/// Which way a page is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// `first` rows after a cursor.
    Forward,
    /// `last` rows before a cursor.
    Backward,
}

/// A page asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageRequest {
    /// Rows wanted, 0 to [`MAX_PAGE`].
    pub limit: u64,
    /// Which way.
    pub direction: Direction,
    /// The cursor to go on from, still encoded.
    pub cursor: Option<String>,
    /// Whether the caller wants to know how many rows there are in all.
    pub with_total: bool,
}

impl PageRequest {
    /// Reads the four arguments of a connection.
    ///
    /// # Errors
    /// [`Error::Invalid`] for `first` with `last`, values outside 0..=100, `after` with `last` or `before` with `first`.
    pub fn try_new(
        first: Option<i32>,
        after: Option<String>,
        last: Option<i32>,
        before: Option<String>,
    ) -> Result<Self> {
        let count = |name: &str, value: i32| {
            u64::try_from(value)
                .ok()
                .filter(|rows| *rows <= MAX_PAGE)
                .ok_or_else(|| Error::invalid(&[name], format!("`{name}` is 0 to {MAX_PAGE}")))
        };
        let (limit, direction, cursor) = match (first, last) {
            (Some(_), Some(_)) => {
                return Err(Error::invalid(
                    &["last"],
                    "give `first` or `last`, not both",
                ));
            }
            (None, Some(last)) if after.is_none() => {
                (count("last", last)?, Direction::Backward, before)
            }
            (None, Some(_)) => return Err(Error::invalid(&["after"], "`after` goes with `first`")),
            (None, None) if after.is_none() && before.is_some() => {
                (DEFAULT_PAGE, Direction::Backward, before)
            }
            (first, None) => {
                if before.is_some() {
                    return Err(Error::invalid(&["before"], "`before` goes with `last`"));
                }
                let limit = first.map_or(Ok(DEFAULT_PAGE), |first| count("first", first))?;
                (limit, Direction::Forward, after)
            }
        };
        Ok(Self {
            limit,
            direction,
            cursor,
            with_total: false,
        })
    }

    /// Asks for the number of all rows as well.
    #[must_use]
    pub fn with_total(self, with_total: bool) -> Self {
        Self { with_total, ..self }
    }

    /// The position to go on from.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list or a broken one.
    pub fn position<K: DeserializeOwned>(&self) -> Result<Option<K>> {
        self.cursor.as_deref().map(decode_cursor).transpose()
    }

    /// Loads this page of a list shown newest first, by its time-ordered ids.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list; when the database does not answer.
    pub async fn newest_first<'db, E, C>(
        &self,
        connection: &'db C,
        query: Select<E>,
        id: E::Column,
        id_of: impl Fn(&E::Model) -> uuid::Uuid,
    ) -> Result<Page<E::Model>>
    where
        C: ConnectionTrait,
        E: EntityTrait<Model: FromQueryResult + Send + Sync + 'db>,
    {
        let keys = SortKey::newest_first(id, self.position()?);
        self.load(connection, query, keys, id_of).await
    }

    /// Loads this page of a list shown oldest first, by its time-ordered ids.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a cursor of another list; when the database does not answer.
    pub async fn oldest_first<'db, E, C>(
        &self,
        connection: &'db C,
        query: Select<E>,
        id: E::Column,
        id_of: impl Fn(&E::Model) -> uuid::Uuid,
    ) -> Result<Page<E::Model>>
    where
        C: ConnectionTrait,
        E: EntityTrait<Model: FromQueryResult + Send + Sync + 'db>,
    {
        let keys = vec![SortKey::asc(id, self.position::<uuid::Uuid>()?)];
        self.load(connection, query, keys, id_of).await
    }

    async fn load<'db, E, C>(
        &self,
        connection: &'db C,
        query: Select<E>,
        keys: Vec<SortKey>,
        id_of: impl Fn(&E::Model) -> uuid::Uuid,
    ) -> Result<Page<E::Model>>
    where
        C: ConnectionTrait,
        E: EntityTrait<Model: FromQueryResult + Send + Sync + 'db>,
    {
        let total = if self.with_total {
            Some(query.clone().count(connection).await?)
        } else {
            None
        };
        let rows = self.apply(query, keys).all(connection).await?;
        self.page(rows, total, id_of)
    }

    /// Narrows, orders and limits a query to this page of a list ordered by `keys`, whose last key is unique. Each key comes
    /// with its order when read forward and the value of the row at the cursor.
    #[must_use]
    pub fn apply<Q: QueryOrder + QuerySelect + sea_orm::QueryFilter>(
        &self,
        mut query: Q,
        keys: Vec<SortKey>,
    ) -> Q {
        if let Some(condition) = self.beyond(&keys) {
            query = query.filter(condition);
        }
        for key in keys {
            let order = if self.descends(&key) {
                Order::Desc
            } else {
                Order::Asc
            };
            query = query.order_by(key.column, order);
        }
        query.limit(self.limit + 1)
    }

    /// `(a, b) beyond (x, y)` written out as `a > x OR (a = x AND b > y)`, per key and direction.
    fn beyond(&self, keys: &[SortKey]) -> Option<Condition> {
        use sea_orm::ExprTrait;
        let mut any = Condition::any();
        let mut equal_so_far = Condition::all();
        for key in keys {
            let value = key.at_cursor.clone()?;
            let beyond = if self.descends(key) {
                key.column.clone().lt(value.clone())
            } else {
                key.column.clone().gt(value.clone())
            };
            any = any.add(equal_so_far.clone().add(beyond));
            equal_so_far = equal_so_far.add(key.column.clone().eq(value));
        }
        Some(any)
    }

    fn descends(&self, key: &SortKey) -> bool {
        key.descending != (self.direction == Direction::Backward)
    }

    /// Makes a page of what [`Self::apply`] loaded: up to `limit + 1` rows in reading order.
    ///
    /// # Errors
    /// When a cursor cannot be written.
    pub fn page<T, K: Serialize>(
        &self,
        mut rows: Vec<T>,
        total: Option<u64>,
        key: impl Fn(&T) -> K,
    ) -> Result<Page<T>> {
        let limit = usize::try_from(self.limit).map_err(Error::internal)?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        if self.direction == Direction::Backward {
            rows.reverse();
        }
        let rows = rows
            .into_iter()
            .map(|row| Ok((encode_cursor(&key(&row))?, row)))
            .collect::<Result<Vec<_>>>()?;
        let has_cursor = self.cursor.is_some();
        let (has_next, has_previous) = match self.direction {
            Direction::Forward => (more, has_cursor),
            Direction::Backward => (has_cursor, more),
        };
        Ok(Page {
            rows,
            has_next,
            has_previous,
            total,
        })
    }
}

/// One key of a list's order.
#[derive(Clone, Debug)]
pub struct SortKey {
    column: sea_orm::sea_query::SimpleExpr,
    descending: bool,
    at_cursor: Option<sea_orm::Value>,
}

impl SortKey {
    /// A key ascending when read forward; `at_cursor` is its value in the row of the cursor, if there is one.
    pub fn asc(column: impl IntoSimpleExpr, at_cursor: Option<impl Into<sea_orm::Value>>) -> Self {
        Self {
            column: column.into_simple_expr(),
            descending: false,
            at_cursor: at_cursor.map(Into::into),
        }
    }

    /// A key descending when read forward.
    pub fn desc(column: impl IntoSimpleExpr, at_cursor: Option<impl Into<sea_orm::Value>>) -> Self {
        Self {
            column: column.into_simple_expr(),
            descending: true,
            at_cursor: at_cursor.map(Into::into),
        }
    }

    /// The order of lists shown newest first: time-ordered ids, descending.
    pub fn newest_first(id: impl ColumnTrait, at_cursor: Option<uuid::Uuid>) -> Vec<Self> {
        vec![Self::desc(id.into_simple_expr(), at_cursor)]
    }
}

/// A stretch of a list.
#[derive(Clone, Debug)]
pub struct Page<T> {
    /// Cursor and row, in list order.
    pub rows: Vec<(String, T)>,
    /// Whether rows follow.
    pub has_next: bool,
    /// Whether rows precede.
    pub has_previous: bool,
    /// All rows, when asked for and cheap.
    pub total: Option<u64>,
}

impl<T> Page<T> {
    /// Turns the rows into others, all at once and in order.
    ///
    /// # Errors
    /// Those of `load`.
    pub async fn map_rows<U, F>(self, load: impl FnOnce(Vec<T>) -> F) -> Result<Page<U>>
    where
        F: Future<Output = Result<Vec<U>>>,
    {
        let (cursors, rows): (Vec<String>, Vec<T>) = self.rows.into_iter().unzip();
        Ok(Page {
            rows: cursors.into_iter().zip(load(rows).await?).collect(),
            has_next: self.has_next,
            has_previous: self.has_previous,
            total: self.total,
        })
    }
}

/// Writes a cursor: version 1, then the sort key as JSON, in base64url.
///
/// # Errors
/// When the key cannot be written.
pub fn encode_cursor<K: Serialize>(key: &K) -> Result<String> {
    let bytes = serde_json::to_vec(&(1_u8, key)).map_err(Error::internal)?;
    Ok(BASE64URL_NOPAD.encode(&bytes))
}

/// Reads a cursor.
///
/// # Errors
/// [`Error::Invalid`] for anything not written by [`encode_cursor`] for this list.
pub fn decode_cursor<K: DeserializeOwned>(cursor: &str) -> Result<K> {
    #[derive(Deserialize)]
    struct Versioned<K>(u8, K);
    BASE64URL_NOPAD
        .decode(cursor.as_bytes())
        .ok()
        .and_then(|bytes| serde_json::from_slice::<Versioned<K>>(&bytes).ok())
        .filter(|Versioned(version, _)| *version == 1)
        .map(|Versioned(_, key)| key)
        .ok_or_else(|| Error::invalid(&["after"], "not a cursor of this list"))
}
