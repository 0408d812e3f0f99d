//! The built-in engine: full-text indexes of the shop's own database (FTS5 of SQLite, tsvector of PostgreSQL).
//!
//! Texts and queries arrive as folded words of letters and digits (`segment.rs`), each quoted, all of them bound values:
//! nothing a buyer types is ever read as SQL or as an expression of the full-text language.

mod count;
mod hits;

use futures_util::future::BoxFuture;
use sea_orm::prelude::DateTimeUtc;
use sea_orm::{ConnectionTrait, DbBackend};
use uuid::Uuid;

pub(super) use hits::buyable;

use self::hits::{Matching, expression};
use super::correct::nearest;
use super::document::Document;
use super::segment;
use super::sql::Sql;
use super::{Answer, CatalogIndex, Filter, IndexError, Question};
use crate::database::Database;
use crate::error::Result;

/// Most names looked through for a word that was probably meant.
const CORRECTION_NAMES: i64 = 300;
/// Documents written by one statement.
const STORE_BATCH: usize = 100;

/// Full-text search over the shop's own database.
#[derive(Clone, Debug)]
pub struct Embedded {
    database: Database,
}

impl CatalogIndex for Embedded {
    fn find<'a>(&'a self, question: &'a Question) -> BoxFuture<'a, Result<Answer, IndexError>> {
        Box::pin(self.answer(question))
    }
}

impl Embedded {
    /// An engine over this database.
    #[must_use]
    pub fn new(database: Database) -> Self {
        Self { database }
    }

    /// Writes documents, replacing what there was, and marks them as not yet with the search server.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn store<C: ConnectionTrait>(
        connection: &C,
        documents: &[Document],
        now: DateTimeUtc,
    ) -> Result<()> {
        for batch in documents.chunks(STORE_BATCH) {
            let mut sql = Sql::new(
                "INSERT INTO search_document (product_id, locale, title, body, skus, updated_at) VALUES ",
            );
            for (index, document) in batch.iter().enumerate() {
                let texts = document.segmented();
                sql = sql
                    .text(if index == 0 { "(" } else { ", (" })
                    .value(document.facts.product_id)
                    .text(", ")
                    .value(document.locale.clone())
                    .text(", ")
                    .value(texts.title)
                    .text(", ")
                    .value(texts.body)
                    .text(", ")
                    .value(texts.skus)
                    .text(", ")
                    .value(now)
                    .text(")");
            }
            let sql = sql.text(
                " ON CONFLICT (product_id, locale) DO UPDATE SET title = excluded.title, body = excluded.body, \
                 skus = excluded.skus, updated_at = excluded.updated_at, indexed_at = NULL",
            );
            connection
                .execute_raw(sql.statement(connection.get_database_backend()))
                .await?;
        }
        Ok(())
    }

    /// Gives the query with misspelt words replaced by those of product names; null when nothing better is known.
    ///
    /// A mistake in the first two letters of a word is not noticed, nor one in Chinese.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn correct(&self, question: &Question) -> Result<Option<String>, IndexError> {
        let mut words = Vec::new();
        let mut is_corrected = false;
        for word in segment::query(&question.text) {
            let start: String = word.text.chars().take(2).collect();
            if start.chars().any(segment::is_han) {
                words.push(word.text);
                continue;
            }
            let is_sqlite = self.database.backend() == DbBackend::Sqlite;
            let in_title = if is_sqlite {
                format!("title : \"{start}\"*")
            } else {
                format!("'{start}':*A")
            };
            let matching = Matching::Words(in_title);
            let sql = Sql::new("SELECT d.title AS title ")
                .part(self.hit_set(question, &Filter::default(), &matching))
                .text(" LIMIT ")
                .value(CORRECTION_NAMES);
            let names: Vec<String> = self.column(sql, "title").await?;
            match nearest(&word.text, names.iter().flat_map(|name| name.split(' '))) {
                Some(meant) => {
                    is_corrected = true;
                    words.push(meant.to_owned());
                }
                None => words.push(word.text),
            }
        }
        Ok(is_corrected.then(|| words.join(" ")))
    }

    async fn answer(&self, question: &Question) -> Result<Answer, IndexError> {
        segment::prepare(&question.text).await;
        let matching = self.matching(question).await?;
        let mut product_ids = self.hits(question, &matching).await?;
        let wanted = usize::try_from(question.limit).unwrap_or(usize::MAX);
        let has_more = product_ids.len() > wanted;
        product_ids.truncate(wanted);
        let total = if question.with_total {
            Some(self.total(question, &matching).await?)
        } else {
            None
        };
        let mut facets = Vec::with_capacity(question.facets.len());
        for key in &question.facets {
            facets.push(self.facet(question, &matching, *key).await?);
        }
        Ok(Answer {
            product_ids,
            has_more,
            total,
            facets,
        })
    }

    /// Chooses how to match; where nothing at all has the words, PostgreSQL looks for similar names instead.
    async fn matching(&self, question: &Question) -> Result<Matching, IndexError> {
        if question.text.trim().is_empty() {
            return Ok(Matching::Everything);
        }
        let words = segment::query(&question.text);
        if words.is_empty() {
            return Ok(Matching::Nothing);
        }
        let backend = self.database.backend();
        let matching = Matching::Words(expression(&words, backend));
        if backend != DbBackend::Postgres || self.has_any(question, &matching).await? {
            return Ok(matching);
        }
        let text: Vec<String> = words.into_iter().map(|word| word.text).collect();
        Ok(Matching::Similar(text.join(" ")))
    }

    async fn has_any(&self, question: &Question, matching: &Matching) -> Result<bool, IndexError> {
        let sql = Sql::new("SELECT 1 AS found ")
            .part(self.hit_set(question, &Filter::default(), matching))
            .text(" LIMIT 1");
        Ok(self
            .database
            .read()
            .query_one_raw(sql.statement(self.database.backend()))
            .await?
            .is_some())
    }

    async fn hits(
        &self,
        question: &Question,
        matching: &Matching,
    ) -> Result<Vec<Uuid>, IndexError> {
        let sql = Sql::new("SELECT p.id AS id ")
            .part(self.hit_set(question, &question.filter, matching))
            .text(" ORDER BY ")
            .part(self.order(question, matching))
            .text(" LIMIT ")
            .value(database_integer(question.limit.saturating_add(1)))
            .text(" OFFSET ")
            .value(database_integer(question.offset));
        self.column(sql, "id").await
    }

    async fn total(&self, question: &Question, matching: &Matching) -> Result<u64, IndexError> {
        let sql = Sql::new("SELECT COUNT(*) AS hits ").part(self.hit_set(
            question,
            &question.filter,
            matching,
        ));
        let counts: Vec<i64> = self.column(sql, "hits").await?;
        Ok(counts.first().map_or(0, |count| whole(*count)))
    }

    async fn column<T: sea_orm::TryGetable>(
        &self,
        sql: Sql,
        name: &str,
    ) -> Result<Vec<T>, IndexError> {
        let rows = self
            .database
            .read()
            .query_all_raw(sql.statement(self.database.backend()))
            .await?;
        Ok(rows
            .iter()
            .map(|row| row.try_get("", name))
            .collect::<Result<_, _>>()?)
    }
}

fn database_integer(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

fn whole(count: i64) -> u64 {
    u64::try_from(count).unwrap_or_default()
}
