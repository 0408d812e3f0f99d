//! What a list of products is narrowed to.

use chrono::{DateTime, Utc};
use domain::catalog::ProductStatus;
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use entity::{
    bundle_component, category, product, product_category, product_collection, product_listing,
    product_tag, product_variant, stock_level, variant_price, warehouse,
};
use sea_orm::sea_query::{Expr, Query, SelectStatement};
use sea_orm::{
    ColumnTrait, Condition, EntityTrait, ExprTrait, JoinType, QueryFilter, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;

/// Narrows products; all given parts must hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ProductFilter {
    /// Any of these products.
    pub ids: Option<Vec<Uuid>>,
    /// In any of these categories or below.
    pub category_ids: Option<Vec<Uuid>>,
    /// In any of these collections.
    pub collection_ids: Option<Vec<Uuid>>,
    /// With any of these labels.
    pub tags: Option<Vec<String>>,
    /// Of any of these makers.
    pub brands: Option<Vec<String>>,
    /// With a price of at least this, in minor units of the channel's currency.
    pub min_price_minor: Option<i64>,
    /// With a price of at most this, in minor units of the channel's currency.
    pub max_price_minor: Option<i64>,
    /// Whether it can be bought now.
    pub available: Option<bool>,
    /// In these states; for staff.
    pub status: Option<Vec<ProductStatus>>,
}

impl ProductFilter {
    /// Writes the filter as a condition on `product` joined with its listing.
    pub(super) fn condition(&self, viewer: &Viewer) -> Result<Condition> {
        if self.status.is_some() {
            viewer.require(Permission::ProductRead)?;
        }
        let channel_id = viewer.channel.id;
        let id = product::Column::Id;
        let all = Condition::all()
            .add_option(self.ids.as_ref().map(|ids| id.is_in(ids.iter().copied())))
            .add_option(
                self.category_ids
                    .as_deref()
                    .map(|ids| id.in_subquery(in_categories(ids))),
            )
            .add_option(
                self.collection_ids
                    .as_deref()
                    .map(|ids| id.in_subquery(in_collections(ids))),
            )
            .add_option(
                self.tags
                    .as_deref()
                    .map(|tags| id.in_subquery(with_tags(tags))),
            )
            .add_option(
                self.brands
                    .as_ref()
                    .map(|brands| product::Column::Brand.is_in(brands)),
            )
            // The two ranges overlap, so one of the variants may be in it.
            .add_option(
                self.min_price_minor
                    .map(|min| product_listing::Column::MaxPriceMinor.gte(min)),
            )
            .add_option(
                self.max_price_minor
                    .map(|max| product_listing::Column::MinPriceMinor.lte(max)),
            )
            .add_option(self.available.map(|available| {
                let is_available = id
                    .in_subquery(available_in(channel_id))
                    .or(id.in_subquery(bundles_in(channel_id)));
                if available {
                    is_available
                } else {
                    is_available.not()
                }
            }))
            .add_option(self.status.as_ref().map(|states| {
                product::Column::Status.is_in(states.iter().map(|status| status.as_str()))
            }));
        Ok(all)
    }
}

/// What buyers see at an instant: published, and its time has come.
pub(super) fn is_visible(now: DateTime<Utc>) -> Condition {
    Condition::all()
        .add(product::Column::Status.eq(ProductStatus::Published.as_str()))
        .add(product_listing::Column::PublishedAt.lte(now))
}

/// Products in the categories or below: a category's path holds the ids of all above it.
pub(crate) fn in_categories(ids: &[Uuid]) -> SelectStatement {
    let below = ids.iter().fold(Condition::any(), |any, id| {
        any.add(category::Column::Path.contains(id.simple().to_string()))
    });
    let below = if ids.is_empty() {
        Condition::any().add(Expr::cust("1 = 0"))
    } else {
        below
    };
    let link = product_category::Entity::belongs_to(category::Entity)
        .from(product_category::Column::CategoryId)
        .to(category::Column::Id);
    product_category::Entity::find()
        .select_only()
        .column(product_category::Column::ProductId)
        .join(JoinType::InnerJoin, link.into())
        .filter(below)
        .into_query()
}

fn in_collections(ids: &[Uuid]) -> SelectStatement {
    product_collection::Entity::find()
        .select_only()
        .column(product_collection::Column::ProductId)
        .filter(product_collection::Column::CollectionId.is_in(ids.iter().copied()))
        .into_query()
}

fn with_tags(tags: &[String]) -> SelectStatement {
    product_tag::Entity::find()
        .select_only()
        .column(product_tag::Column::ProductId)
        .filter(product_tag::Column::Tag.is_in(tags))
        .into_query()
}

/// Products of which a live, priced variant is in stock somewhere.
fn available_in(channel_id: Uuid) -> SelectStatement {
    let column = |table: &'static str, column: &'static str| Expr::col((table, column));
    for_sale_in(channel_id)
        .inner_join(
            stock_level::Entity,
            column("stock_level", "variant_id").equals(("product_variant", "id")),
        )
        .inner_join(
            warehouse::Entity,
            column("warehouse", "id").equals(("stock_level", "warehouse_id")),
        )
        .and_where(column("product_variant", "bundle").eq(false))
        .and_where(column("warehouse", "active").eq(true))
        .and_where(stock_level::available().gt(0))
        .to_owned()
}

/// Products of which a live, priced bundle is whole in some warehouse.
fn bundles_in(channel_id: Uuid) -> SelectStatement {
    let column = |table: &'static str, column: &'static str| Expr::col((table, column));
    let there = Query::select()
        .expr(Expr::value(1))
        .from(stock_level::Entity)
        .and_where(column("stock_level", "warehouse_id").equals(("warehouse", "id")))
        .and_where(column("stock_level", "variant_id").equals(("bundle_component", "component_id")))
        .and_where(stock_level::available().gte(column("bundle_component", "quantity")))
        .take();
    let missing = Query::select()
        .expr(Expr::value(1))
        .from(bundle_component::Entity)
        .and_where(column("bundle_component", "bundle_id").equals(("product_variant", "id")))
        .and_where(Expr::exists(there).not())
        .take();
    let whole = Query::select()
        .expr(Expr::value(1))
        .from(warehouse::Entity)
        .and_where(column("warehouse", "active").eq(true))
        .and_where(Expr::exists(missing).not())
        .take();
    for_sale_in(channel_id)
        .and_where(column("product_variant", "bundle").eq(true))
        .and_where(Expr::exists(whole))
        .to_owned()
}

/// The products of live, priced variants.
fn for_sale_in(channel_id: Uuid) -> SelectStatement {
    let column = |table: &'static str, column: &'static str| Expr::col((table, column));
    Query::select()
        .column((product_variant::Entity, product_variant::Column::ProductId))
        .from(product_variant::Entity)
        .inner_join(
            variant_price::Entity,
            column("variant_price", "variant_id").equals(("product_variant", "id")),
        )
        .and_where(column("variant_price", "channel_id").eq(channel_id))
        .and_where(column("product_variant", "archived_at").is_null())
        .to_owned()
}
