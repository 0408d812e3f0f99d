//! Texts by language, with the fallback every text has: the language asked for, the channel's default, any.

use sea_orm::sea_query::{Expr, SimpleExpr};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, FromQueryResult, QueryFilter, QueryOrder,
    QuerySelect, Select,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{ByOwner, Owned};
use crate::error::Result;
use crate::service::rows::{JsonSql, padded};

/// The texts of a product, category or collection in one language.
#[derive(Clone, Debug, FromQueryResult, Serialize, Deserialize)]
pub struct TextRow {
    /// The language.
    pub locale: String,
    /// Title.
    pub name: String,
    /// Last part of the address; null for the default language's.
    pub slug: Option<String>,
    /// Sanitised HTML.
    pub description: Option<String>,
    /// Page title for search engines.
    pub seo_title: Option<String>,
    /// Page summary for search engines.
    pub seo_description: Option<String>,
}

/// All texts of one thing.
#[derive(Clone, Copy, Debug)]
pub struct Texts<'a> {
    rows: &'a [TextRow],
    wanted: &'a str,
    default: &'a str,
}

impl<'a> Texts<'a> {
    /// Texts to be read in the language `wanted` or, where one is missing, in `default`.
    pub(super) fn new(rows: &'a [TextRow], wanted: &'a str, default: &'a str) -> Self {
        Self {
            rows,
            wanted,
            default,
        }
    }

    /// The title. Empty only for a thing without any texts.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.pick(|row| Some(row.name.as_str())).unwrap_or_default()
    }

    /// The last part of the address.
    #[must_use]
    pub fn slug(&self) -> &'a str {
        self.pick(|row| row.slug.as_deref()).unwrap_or_default()
    }

    /// The description, as sanitised HTML.
    #[must_use]
    pub fn description(&self) -> Option<&'a str> {
        self.pick(|row| row.description.as_deref())
    }

    /// The page title for search engines.
    #[must_use]
    pub fn seo_title(&self) -> Option<&'a str> {
        self.pick(|row| row.seo_title.as_deref())
    }

    /// The page summary for search engines.
    #[must_use]
    pub fn seo_description(&self) -> Option<&'a str> {
        self.pick(|row| row.seo_description.as_deref())
    }

    fn pick(&self, text: impl Fn(&'a TextRow) -> Option<&'a str>) -> Option<&'a str> {
        let rows = self.rows;
        let of = |locale: &str| rows.iter().find(|row| row.locale == locale).and_then(&text);
        of(self.wanted)
            .or_else(|| of(self.default))
            .or_else(|| rows.iter().find_map(&text))
    }
}

/// Loads all texts of the owners from the translation table of entity `E`; `is_short` leaves out what lists do not show.
pub(in crate::service::catalog) async fn load<E: EntityTrait>(
    connection: &impl ConnectionTrait,
    owner: E::Column,
    ids: &[Uuid],
    is_short: bool,
) -> Result<ByOwner<TextRow>> {
    let rows = select::<E>(owner, ids, is_short)
        .into_model::<Owned<TextRow>>()
        .all(connection)
        .await?;
    Ok(Owned::grouped(rows))
}

/// The query for all texts of the owners; binds their padded ids.
pub(super) fn select<E: EntityTrait>(owner: E::Column, ids: &[Uuid], is_short: bool) -> Select<E> {
    let mut query = E::find().select_only().column_as(owner, "owner_id");
    for column in ["locale", "name", "slug"] {
        query = query.expr(Expr::col(column));
    }
    for column in ["description", "seo_title", "seo_description"] {
        let value = if is_short {
            Expr::cust("NULL")
        } else {
            Expr::col(column)
        };
        query = query.expr_as(value, column);
    }
    query
        .filter(owner.is_in(padded(ids)))
        .order_by_asc(owner)
        .order_by_asc(Expr::col("locale"))
}

/// All texts of a product as a column of its own row, for when one product is read: they cost no statement then.
pub(super) fn of_product(json: JsonSql) -> SimpleExpr {
    let texts = json.rows(
        &[
            "locale",
            "name",
            "slug",
            "description",
            "seo_title",
            "seo_description",
        ],
        "SELECT * FROM product_translation WHERE product_id = product.id ORDER BY locale",
    );
    Expr::cust(texts)
}

#[cfg(test)]
mod tests {
    use super::{TextRow, Texts};

    fn row(locale: &str, name: &str, slug: Option<&str>) -> TextRow {
        TextRow {
            locale: locale.to_owned(),
            name: name.to_owned(),
            slug: slug.map(str::to_owned),
            description: None,
            seo_title: None,
            seo_description: None,
        }
    }

    #[test]
    fn each_text_falls_back_by_itself() {
        let rows = [
            row("en", "Shirt", Some("shirt")),
            row("zh-Hans", "衬衫", None),
        ];
        let chinese = Texts::new(&rows, "zh-Hans", "en");
        assert_eq!((chinese.name(), chinese.slug()), ("衬衫", "shirt"));
        let french = Texts::new(&rows, "fr", "en");
        assert_eq!(french.name(), "Shirt");
        let neither = Texts::new(&rows, "fr", "de");
        assert_eq!(neither.name(), "Shirt");
        assert_eq!(Texts::new(&[], "en", "en").name(), "");
    }
}
