//! Counts of facets over the hits.

use sea_orm::{ConnectionTrait, QueryResult};

use super::hits::{Matching, buyable};
use super::{Embedded, database_integer, whole};
use crate::error::Result;
use crate::search::sql::Sql;
use crate::search::{FacetCounts, FacetKey, FacetValue, IndexError, MAX_FACET_VALUES, Question};

impl Embedded {
    /// Counts one facet, its own filter aside.
    pub(super) async fn facet(
        &self,
        question: &Question,
        matching: &Matching,
        key: FacetKey,
    ) -> Result<FacetCounts, IndexError> {
        let hits = self.hit_set(question, &question.filter.aside(key), matching);
        let mut counts = FacetCounts {
            key,
            values: Vec::new(),
            min_minor: None,
            max_minor: None,
        };
        match key {
            FacetKey::Brand => {
                let sql = Sql::new("SELECT p.brand AS value, COUNT(*) AS hits ")
                    .part(hits)
                    .text(" AND p.brand IS NOT NULL GROUP BY p.brand");
                counts.values = self
                    .values(sql, |row| Ok(FacetValue::Text(row.try_get("", "value")?)))
                    .await?;
            }
            FacetKey::Tag => {
                let sql = Sql::new("SELECT t.tag AS value, COUNT(*) AS hits FROM product_tag t WHERE t.product_id IN (SELECT p.id ")
                    .part(hits)
                    .text(") GROUP BY t.tag");
                counts.values = self
                    .values(sql, |row| Ok(FacetValue::Text(row.try_get("", "value")?)))
                    .await?;
            }
            FacetKey::Collection => {
                let sql = Sql::new("SELECT c.collection_id AS value, COUNT(*) AS hits FROM product_collection c WHERE c.product_id IN (SELECT p.id ")
                    .part(hits)
                    .text(") GROUP BY c.collection_id");
                counts.values = self
                    .values(sql, |row| Ok(FacetValue::Id(row.try_get("", "value")?)))
                    .await?;
            }
            FacetKey::Category => {
                // A product counts once for each category it is in and each above one.
                let sql = Sql::new(
                    "WITH branch AS MATERIALIZED (SELECT c.id AS leaf, above.id AS id FROM category c \
                     JOIN category above ON above.id = c.id OR c.path LIKE above.path || '/%') \
                     SELECT branch.id AS value, COUNT(DISTINCT pc.product_id) AS hits \
                     FROM product_category pc JOIN branch ON branch.leaf = pc.category_id WHERE pc.product_id IN (SELECT p.id ",
                )
                .part(hits)
                .text(") GROUP BY branch.id");
                counts.values = self
                    .values(sql, |row| Ok(FacetValue::Id(row.try_get("", "value")?)))
                    .await?;
            }
            FacetKey::Available => {
                let sql = Sql::new("SELECT value, COUNT(*) AS hits FROM (SELECT CASE WHEN ")
                    .part(buyable(Some(question.channel_id)))
                    .text(" THEN 1 ELSE 0 END AS value ")
                    .part(hits)
                    .text(") AS answers GROUP BY value");
                counts.values = self
                    .values(sql, |row| {
                        Ok(FacetValue::Flag(row.try_get::<i32>("", "value")? == 1))
                    })
                    .await?;
            }
            FacetKey::Price => {
                let sql = Sql::new(
                    "SELECT MIN(l.min_price_minor) AS lowest, MAX(l.max_price_minor) AS highest ",
                )
                .part(hits);
                let bounds = self
                    .database
                    .read()
                    .query_one_raw(sql.statement(self.database.backend()))
                    .await?;
                if let Some(row) = bounds {
                    counts.min_minor = row.try_get("", "lowest")?;
                    counts.max_minor = row.try_get("", "highest")?;
                }
            }
        }
        Ok(counts)
    }

    async fn values(
        &self,
        sql: Sql,
        value: impl Fn(&QueryResult) -> Result<FacetValue, sea_orm::DbErr> + Send,
    ) -> Result<Vec<(FacetValue, u64)>, IndexError> {
        let sql = sql
            .text(" ORDER BY hits DESC, value LIMIT ")
            .value(database_integer(MAX_FACET_VALUES));
        let rows = self
            .database
            .read()
            .query_all_raw(sql.statement(self.database.backend()))
            .await?;
        let mut values = Vec::with_capacity(rows.len());
        for row in &rows {
            values.push((value(row)?, whole(row.try_get("", "hits")?)));
        }
        Ok(values)
    }
}
