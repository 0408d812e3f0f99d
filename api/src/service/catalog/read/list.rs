//! Lists of products, paged by keys.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::id::{CategoryId, CollectionId};
use entity::{product, product_collection, product_listing, product_translation};
use sea_orm::sea_query::{Expr, Func, SimpleExpr};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, FromQueryResult, JoinType, PaginatorTrait,
    QueryFilter, QuerySelect, RelationBuilder, RelationDef, Select,
};
use uuid::Uuid;

use super::Scope;
use super::filter::{ProductFilter, is_visible};
use super::product::{ProductRow, ProductView, select, views};
use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest, SortKey};
use crate::state::AppState;

/// Orders of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductOrder {
    /// Last published first; for staff, who also see what is not published, last made first.
    Newest,
    /// By name in the viewer's language.
    Name,
    /// Cheapest first; products without a price are left out.
    PriceAsc,
    /// Dearest first; products without a price are left out.
    PriceDesc,
}

/// Where the products of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProductsIn {
    /// Anywhere.
    Shop,
    /// In a category or below.
    Category(CategoryId),
    /// In a collection, whose own order is the usual one.
    Collection(CollectionId),
}

#[derive(FromQueryResult)]
struct NamedRow {
    sort_name: String,
    #[sea_orm(nested)]
    row: ProductRow,
}

#[derive(FromQueryResult)]
struct PlacedRow {
    position: i32,
    #[sea_orm(nested)]
    row: ProductRow,
}

/// Lists products the viewer may see. Without an order a collection's products come in its own, others newest first.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] for a filter by status without permission, [`crate::error::Error::Invalid`] for a
/// cursor of another list.
pub async fn list_products(
    app: &AppState,
    viewer: &Viewer,
    place: ProductsIn,
    filter: &ProductFilter,
    order: Option<ProductOrder>,
    page: &PageRequest,
) -> Result<Page<Arc<ProductView>>> {
    let scope = Scope::of(app, viewer);
    let mut condition = filter.condition(viewer)?;
    if let ProductsIn::Category(id) = place {
        let below = ProductFilter {
            category_ids: Some(vec![id.0]),
            ..ProductFilter::default()
        };
        condition = condition.add(below.condition(viewer)?);
    }
    if let ProductsIn::Collection(id) = place {
        let inside = ProductFilter {
            collection_ids: Some(vec![id.0]),
            ..ProductFilter::default()
        };
        condition = condition.add(inside.condition(viewer)?);
    }
    if !scope.sees_all {
        condition = condition.add(is_visible(app.clock.now()));
    }
    if matches!(
        order,
        Some(ProductOrder::PriceAsc | ProductOrder::PriceDesc)
    ) {
        condition = condition.add(product_listing::Column::MinPriceMinor.is_not_null());
    }
    let query = select(scope.channel_id, !scope.sees_all).filter(condition);
    let total = if page.with_total {
        Some(query.clone().count(scope.connection()).await?)
    } else {
        None
    };
    let list = List {
        scope,
        page,
        query,
        total,
    };
    match (order, place) {
        (Some(ProductOrder::Name), _) => list.by_name(viewer).await,
        (Some(ProductOrder::PriceAsc), _) => list.by_price(true).await,
        (Some(ProductOrder::PriceDesc), _) => list.by_price(false).await,
        (None, ProductsIn::Collection(id)) => list.by_place(id).await,
        (Some(ProductOrder::Newest), _) | (None, ProductsIn::Shop | ProductsIn::Category(_)) => {
            list.by_age().await
        }
    }
}

struct List<'a> {
    scope: Scope,
    page: &'a PageRequest,
    query: Select<product::Entity>,
    total: Option<u64>,
}

impl List<'_> {
    async fn by_age(self) -> Result<Page<Arc<ProductView>>> {
        if self.scope.sees_all {
            let id = self.page.position::<Uuid>()?;
            let rows = self
                .rows::<ProductRow>(vec![SortKey::desc(product::Column::Id, id)])
                .await?;
            let page = self.page.page(rows, self.total, |row| row.id)?;
            return Ok(self.viewed(page, |row| row));
        }
        let (published_at, id) = self
            .page
            .position::<(Option<DateTime<Utc>>, Uuid)>()?
            .unzip();
        let keys = vec![
            SortKey::desc(product_listing::Column::PublishedAt, published_at.flatten()),
            SortKey::desc(product_listing::Column::ProductId, id),
        ];
        let rows = self.rows::<ProductRow>(keys).await?;
        let page = self
            .page
            .page(rows, self.total, |row| (row.published_at, row.id))?;
        Ok(self.viewed(page, |row| row))
    }

    async fn by_price(self, is_ascending: bool) -> Result<Page<Arc<ProductView>>> {
        let (price, id) = self.page.position::<(Option<i64>, Uuid)>()?.unzip();
        let key = |column: product_listing::Column, value: Option<sea_orm::Value>| {
            if is_ascending {
                SortKey::asc(column, value)
            } else {
                SortKey::desc(column, value)
            }
        };
        let keys = vec![
            key(
                product_listing::Column::MinPriceMinor,
                price.flatten().map(Into::into),
            ),
            key(product_listing::Column::ProductId, id.map(Into::into)),
        ];
        let rows = self.rows::<ProductRow>(keys).await?;
        let page = self
            .page
            .page(rows, self.total, |row| (row.min_price_minor, row.id))?;
        Ok(self.viewed(page, |row| row))
    }

    async fn by_name(mut self, viewer: &Viewer) -> Result<Page<Arc<ProductView>>> {
        let (name, id) = self.page.position::<(String, Uuid)>()?.unzip();
        let sort_name = sort_name();
        self.query = self
            .query
            .join_as(
                JoinType::LeftJoin,
                texts_in(viewer.locale.as_str()),
                "wanted_text",
            )
            .join_as(
                JoinType::LeftJoin,
                texts_in(&viewer.channel.default_locale),
                "default_text",
            )
            .expr_as(sort_name.clone(), "sort_name");
        let keys = vec![
            SortKey::asc(sort_name, name),
            SortKey::asc(product::Column::Id, id),
        ];
        let rows = self.rows::<NamedRow>(keys).await?;
        let page = self.page.page(rows, self.total, |named| {
            (named.sort_name.clone(), named.row.id)
        })?;
        Ok(self.viewed(page, |named| named.row))
    }

    async fn by_place(mut self, collection_id: CollectionId) -> Result<Page<Arc<ProductView>>> {
        let (position, id) = self.page.position::<(i32, Uuid)>()?.unzip();
        let link: RelationBuilder<_, _> = product::Entity::belongs_to(product_collection::Entity)
            .from(product::Column::Id)
            .to(product_collection::Column::ProductId);
        let link = link.on_condition(move |_, place| {
            let column = (place, product_collection::Column::CollectionId);
            Condition::all().add(Expr::col(column).eq(collection_id.0))
        });
        self.query = self
            .query
            .join(JoinType::InnerJoin, link.into())
            .column(product_collection::Column::Position);
        let keys = vec![
            SortKey::asc(product_collection::Column::Position, position),
            SortKey::asc(product::Column::Id, id),
        ];
        let rows = self.rows::<PlacedRow>(keys).await?;
        let page = self
            .page
            .page(rows, self.total, |placed| (placed.position, placed.row.id))?;
        Ok(self.viewed(page, |placed| placed.row))
    }

    async fn rows<T: FromQueryResult>(&self, keys: Vec<SortKey>) -> Result<Vec<T>> {
        let query = self.page.apply(self.query.clone(), keys);
        Ok(query.into_model::<T>().all(self.scope.connection()).await?)
    }

    fn viewed<T>(self, page: Page<T>, row: impl Fn(T) -> ProductRow) -> Page<Arc<ProductView>> {
        let (cursors, rows): (Vec<String>, Vec<ProductRow>) = page
            .rows
            .into_iter()
            .map(|(cursor, listed)| (cursor, row(listed)))
            .unzip();
        Page {
            rows: cursors.into_iter().zip(views(self.scope, rows)).collect(),
            has_next: page.has_next,
            has_previous: page.has_previous,
            total: page.total,
        }
    }
}

/// The texts of a product in one language, to be joined under a name of their own.
fn texts_in(locale: &str) -> RelationDef {
    let locale = locale.to_owned();
    let link: RelationBuilder<_, _> = product::Entity::belongs_to(product_translation::Entity)
        .from(product::Column::Id)
        .to(product_translation::Column::ProductId);
    link.on_condition(move |_, text| {
        let column = (text, product_translation::Column::Locale);
        Condition::all().add(Expr::col(column).eq(locale.clone()))
    })
    .into()
}

/// A product's name as the viewer reads it; an empty one sorts first.
fn sort_name() -> SimpleExpr {
    Func::coalesce([
        Expr::col(("wanted_text", product_translation::Column::Name)),
        Expr::col(("default_text", product_translation::Column::Name)),
        Expr::val(""),
    ])
    .into()
}
