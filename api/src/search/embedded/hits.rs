//! Which products are hits, and in which order.

use domain::catalog::ProductStatus;
use domain::text_enum::TextEnum;
use sea_orm::DbBackend;
use uuid::Uuid;

use super::Embedded;
use crate::search::segment::Word;
use crate::search::sql::Sql;
use crate::search::{Filter, HitOrder, Question};

/// How hits are told from other products.
#[derive(Clone, Debug)]
pub(super) enum Matching {
    /// Everything is a hit.
    Everything,
    /// There are no words in the query: nothing is.
    Nothing,
    /// All words are in it; an expression of the full-text index.
    Words(String),
    /// Its name looks like this text; PostgreSQL only.
    Similar(String),
}

impl Embedded {
    /// Everything from `FROM` on that tells hits from other products: `p` is the product, `l` its listing, `d` its document
    /// (not there when everything is a hit, so that browsing reads no documents).
    pub(super) fn hit_set(&self, question: &Question, filter: &Filter, matching: &Matching) -> Sql {
        let is_sqlite = self.database.backend() == DbBackend::Sqlite;
        let from = match matching {
            Matching::Everything => "FROM product p",
            Matching::Words(_) if is_sqlite => {
                // CROSS JOIN keeps SQLite to this order: a full-text index asked anew for each product takes seconds.
                "FROM search_fts CROSS JOIN search_document d ON d.number = search_fts.rowid \
                 CROSS JOIN product p ON p.id = d.product_id"
            }
            Matching::Nothing | Matching::Words(_) | Matching::Similar(_) => {
                "FROM search_document d JOIN product p ON p.id = d.product_id"
            }
        };
        let listing = match matching {
            _ if filter.statuses.is_some() => " LEFT JOIN",
            Matching::Words(_) if is_sqlite => " CROSS JOIN",
            Matching::Everything
            | Matching::Nothing
            | Matching::Words(_)
            | Matching::Similar(_) => " JOIN",
        };
        let sql = Sql::new(from)
            .text(listing)
            .text(" product_listing l ON l.product_id = p.id AND l.channel_id = ")
            .value(question.channel_id)
            .text(" WHERE ")
            .part(visible(question, filter));
        let sql = match matching {
            Matching::Everything => sql,
            Matching::Nothing | Matching::Words(_) | Matching::Similar(_) => {
                sql.text(" AND d.locale = ").value(question.locale.clone())
            }
        };
        let sql = match matching {
            Matching::Everything => sql,
            Matching::Nothing => sql.text(" AND 1 = 0"),
            Matching::Words(words) if is_sqlite => {
                sql.text(" AND search_fts MATCH ").value(words.clone())
            }
            Matching::Words(words) => sql
                .text(" AND d.document @@ to_tsquery('simple', ")
                .value(words.clone())
                .text(")"),
            Matching::Similar(text) => sql.text(" AND ").value(text.clone()).text(" <% d.title"),
        };
        narrowed(sql, filter, question.channel_id)
    }

    /// What hits are ordered by; what is equal goes newest first.
    pub(super) fn order(&self, question: &Question, matching: &Matching) -> Sql {
        let is_sqlite = self.database.backend() == DbBackend::Sqlite;
        let order = match (question.order, matching) {
            (HitOrder::Relevance, Matching::Words(_)) if is_sqlite => {
                Sql::new("bm25(search_fts, 10.0, 1.0, 4.0), ")
            }
            (HitOrder::Relevance, Matching::Words(words)) => {
                Sql::new("ts_rank(d.document, to_tsquery('simple', ")
                    .value(words.clone())
                    .text(")) DESC, ")
            }
            (HitOrder::Relevance, Matching::Similar(text)) => Sql::new("word_similarity(")
                .value(text.clone())
                .text(", d.title) DESC, "),
            (HitOrder::Relevance, Matching::Everything | Matching::Nothing)
            | (HitOrder::Newest, _) => newest(&question.filter),
            (HitOrder::Name, Matching::Everything) => Sql::new(
                "(SELECT d.title FROM search_document d WHERE d.product_id = p.id AND d.locale = ",
            )
            .value(question.locale.clone())
            .text("), "),
            (HitOrder::Name, Matching::Nothing | Matching::Words(_) | Matching::Similar(_)) => {
                Sql::new("d.title, ")
            }
            (HitOrder::PriceAscending, _) => {
                Sql::new("l.min_price_minor IS NULL, l.min_price_minor, ")
            }
            (HitOrder::PriceDescending, _) => {
                Sql::new("l.max_price_minor IS NULL, l.max_price_minor DESC, ")
            }
        };
        let id = if question.filter.statuses.is_none() {
            "l.product_id DESC"
        } else {
            "p.id DESC"
        };
        order.text(id)
    }
}

/// What buyers see has a publication, so an index can give the order.
fn newest(filter: &Filter) -> Sql {
    if filter.statuses.is_none() {
        Sql::new("l.published_at DESC, ")
    } else {
        Sql::new("l.published_at IS NULL, l.published_at DESC, ")
    }
}

/// Whether the product `p` can be bought: of a live variant with a price (in this channel, else in any) an active warehouse has
/// stock to promise, of a bundle that of all its components.
pub(in crate::search) fn buyable(channel_id: Option<Uuid>) -> Sql {
    let sql = Sql::new(
        "EXISTS (SELECT 1 FROM product_variant v JOIN variant_price vp ON vp.variant_id = v.id JOIN warehouse w ON w.active \
         WHERE v.product_id = p.id AND v.archived_at IS NULL AND CASE WHEN v.bundle THEN NOT EXISTS \
         (SELECT 1 FROM bundle_component c WHERE c.bundle_id = v.id AND NOT EXISTS (SELECT 1 FROM stock_level s \
         WHERE s.variant_id = c.component_id AND s.warehouse_id = w.id \
         AND s.on_hand + s.backorder_limit - s.allocated - s.reserved - s.safety >= c.quantity)) \
         ELSE EXISTS (SELECT 1 FROM stock_level s WHERE s.variant_id = v.id AND s.warehouse_id = w.id \
         AND s.on_hand + s.backorder_limit - s.allocated - s.reserved - s.safety > 0) END",
    );
    match channel_id {
        Some(channel_id) => sql
            .text(" AND vp.channel_id = ")
            .value(channel_id)
            .text(")"),
        None => sql.text(")"),
    }
}

fn visible(question: &Question, filter: &Filter) -> Sql {
    match &filter.statuses {
        Some(statuses) => {
            Sql::new("p.status IN ").list(statuses.iter().map(|status| status.as_str()))
        }
        None => Sql::new("p.status = ")
            .value(ProductStatus::Published.as_str())
            .text(" AND l.published_at <= ")
            .value(question.now),
    }
}

fn narrowed(mut sql: Sql, filter: &Filter, channel_id: Uuid) -> Sql {
    if let Some(ids) = &filter.product_ids {
        sql = sql.text(" AND p.id IN ").list(ids.iter().copied());
    }
    if let Some(ids) = &filter.category_ids {
        sql = sql
            .text(
                " AND EXISTS (SELECT 1 FROM product_category pc JOIN category c ON c.id = pc.category_id \
                 JOIN category above ON above.id = c.id OR c.path LIKE above.path || '/%' WHERE pc.product_id = p.id AND above.id IN ",
            )
            .list(ids.iter().copied())
            .text(")");
    }
    if let Some(ids) = &filter.collection_ids {
        sql = sql
            .text(" AND EXISTS (SELECT 1 FROM product_collection m WHERE m.product_id = p.id AND m.collection_id IN ")
            .list(ids.iter().copied())
            .text(")");
    }
    if let Some(tags) = &filter.tags {
        sql = sql
            .text(
                " AND EXISTS (SELECT 1 FROM product_tag t WHERE t.product_id = p.id AND t.tag IN ",
            )
            .list(tags.iter().cloned())
            .text(")");
    }
    if let Some(brands) = &filter.brands {
        sql = sql.text(" AND p.brand IN ").list(brands.iter().cloned());
    }
    if let Some(lowest) = filter.min_price_minor {
        sql = sql.text(" AND l.max_price_minor >= ").value(lowest);
    }
    if let Some(highest) = filter.max_price_minor {
        sql = sql.text(" AND l.min_price_minor <= ").value(highest);
    }
    match filter.available {
        Some(true) => sql.text(" AND ").part(buyable(Some(channel_id))),
        Some(false) => sql.text(" AND NOT ").part(buyable(Some(channel_id))),
        None => sql,
    }
}

/// All words, each quoted; the signs differ between the databases.
pub(super) fn expression(words: &[Word], backend: DbBackend) -> String {
    let (quote, prefix, and) = if backend == DbBackend::Sqlite {
        ('"', "*", " AND ")
    } else {
        ('\'', ":*", " & ")
    };
    let quoted: Vec<String> = words
        .iter()
        .map(|word| {
            let text: String = word
                .text
                .chars()
                .filter(|letter| letter.is_alphanumeric())
                .collect();
            format!(
                "{quote}{text}{quote}{}",
                if word.is_prefix { prefix } else { "" }
            )
        })
        .collect();
    quoted.join(and)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::segment;

    #[test]
    fn words_are_quoted_for_each_database() {
        let words = segment::query("wool's \"sca");
        assert_eq!(
            expression(&words, DbBackend::Sqlite),
            "\"wool\" AND \"s\" AND \"sca\"*"
        );
        assert_eq!(
            expression(&words, DbBackend::Postgres),
            "'wool' & 's' & 'sca':*"
        );
    }
}
