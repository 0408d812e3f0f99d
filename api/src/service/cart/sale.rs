//! What decides whether and for how much variants are sold. It is read as one text of JSON whatever their number: a cart of
//! a hundred lines would spend most of its time on taking as many rows apart column by column.

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use domain::catalog::{ProductOption, ProductStatus, QuantityLimits, SelectedOption, variant_name};
use entity::{product, product_listing, product_variant, variant_price};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait as _, Condition, ConnectionTrait, EntityTrait, ExprTrait as _, FromQueryResult,
    JoinType, QueryFilter as _, QuerySelect as _, Select, Value,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::price_list::{self, Kinds};
use crate::service::rows::{JsonSql, KeptSql, bound, flag, padded};
use crate::service::{flash_sale, promotion};

/// A variant with what decides whether and for how much it is sold in a channel.
#[derive(Clone, Debug, Deserialize)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a column that is true or not of its own"
)]
pub struct VariantForSale {
    /// The variant.
    pub variant_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Its SKU.
    pub sku: String,
    /// Class of the tax on it.
    pub tax_class: String,
    /// Maker or label.
    pub brand: Option<String>,
    /// Whether it has to be shipped.
    #[serde(deserialize_with = "flag")]
    pub is_shippable: bool,
    /// Whether it is made of other variants.
    #[serde(deserialize_with = "flag")]
    pub(super) is_bundle: bool,
    /// Whether it left the range.
    #[serde(deserialize_with = "flag")]
    pub is_archived: bool,
    /// Whether its product is published here.
    #[serde(deserialize_with = "flag")]
    is_published: bool,
    min_quantity: i32,
    max_quantity: i32,
    quantity_step: i32,
    /// Most units a member may ever buy.
    pub(super) quantity_per_member: Option<i32>,
    pub(super) price_minor: Option<i64>,
    pub(super) compare_at_minor: Option<i64>,
    #[serde(skip)]
    choices: Arc<Choices>,
}

/// What the names of variants are made of. Most who read a price ask for no name, so it stays text until somebody does.
#[derive(Debug, Default)]
struct Choices {
    text: String,
    read: OnceLock<HashMap<Uuid, Choice>>,
}

/// Options of a product, and a variant's choices among them.
type Choice = (Vec<ProductOption>, Vec<SelectedOption>);

impl Choices {
    fn of(&self, variant_id: Uuid) -> Result<&Choice> {
        let read = if let Some(read) = self.read.get() {
            read
        } else {
            let rows: Vec<(Uuid, Vec<ProductOption>, Vec<SelectedOption>)> =
                serde_json::from_str(&self.text).map_err(Error::internal)?;
            let rows = rows.into_iter();
            let by_id = rows.map(|(id, options, selected)| (id, (options, selected)));
            let by_id = by_id.collect();
            self.read.get_or_init(|| by_id)
        };
        read.get(&variant_id)
            .ok_or_else(|| Error::internal("a variant has no options"))
    }
}

/// Variants for sale by id, and which kinds of prices there are beside their own.
pub(super) struct Sales {
    pub(super) by_id: HashMap<Uuid, Arc<VariantForSale>>,
    pub(super) kinds: Kinds,
}

#[derive(FromQueryResult)]
struct Row {
    sales: String,
    choices: String,
    has_price_lists: bool,
    has_flash_sales: bool,
    has_catalog_promotions: bool,
}

impl VariantForSale {
    /// Whether it can be bought: published, not archived, with a price.
    #[must_use]
    pub fn is_for_sale(&self) -> bool {
        self.is_published && !self.is_archived && self.has_price()
    }

    /// Whether the channel has a price for it.
    #[must_use]
    pub fn has_price(&self) -> bool {
        self.price_minor.is_some()
    }

    /// Its choices in words.
    ///
    /// # Errors
    /// [`Error::Internal`] when the row is inconsistent.
    pub fn name(&self) -> Result<String> {
        let (options, selected) = self.choices.of(self.variant_id)?;
        Ok(variant_name(options, selected))
    }

    /// Units one cart may hold.
    ///
    /// # Errors
    /// [`Error::Internal`] when the row is inconsistent.
    pub fn limits(&self) -> Result<QuantityLimits> {
        let unsigned = |value: i32| u32::try_from(value).map_err(Error::internal);
        QuantityLimits::try_new(
            unsigned(self.min_quantity)?,
            unsigned(self.max_quantity)?,
            unsigned(self.quantity_step)?,
        )
        .map_err(Error::internal)
    }
}

/// Loads variants with their prices in a channel; whether they are published is judged at the instant.
pub(super) async fn load<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    variant_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<Sales> {
    static TEXT: KeptSql = KeptSql::new();
    let ids = padded(variant_ids);
    // The channel of the price lists, that of the flash sales with the instant, that of the promotions, that of the listing
    // with the instant, and that of the price.
    let channel = || Value::from(channel_id);
    let values = [
        channel(),
        channel(),
        now.into(),
        channel(),
        channel(),
        now.into(),
        channel(),
    ]
    .into_iter()
    .chain(bound(&ids))
    .collect();
    let backend = connection.get_database_backend();
    let statement = TEXT.statement(backend, ids.len(), values, || {
        select(JsonSql(backend), channel_id, &ids, now)
    });
    let row = Row::find_by_statement(statement)
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal("a sum without a row"))?;
    let sales: Vec<VariantForSale> = serde_json::from_str(&row.sales).map_err(Error::internal)?;
    let choices = Arc::new(Choices {
        text: row.choices,
        read: OnceLock::new(),
    });
    let with_choices = |mut sale: VariantForSale| {
        sale.choices = Arc::clone(&choices);
        (sale.variant_id, Arc::new(sale))
    };
    Ok(Sales {
        by_id: sales.into_iter().map(with_choices).collect(),
        kinds: Kinds {
            lists: row.has_price_lists,
            promotions: row.has_catalog_promotions,
            flash: row.has_flash_sales,
        },
    })
}

fn select(
    json: JsonSql,
    channel_id: Uuid,
    ids: &[Uuid],
    now: DateTime<Utc>,
) -> Select<product_variant::Entity> {
    use product_variant::Column as Variant;
    let of_product = product_variant::Entity::belongs_to(product::Entity)
        .from(Variant::ProductId)
        .to(product::Column::Id);
    let of_listing = product_variant::Entity::belongs_to(product_listing::Entity)
        .from(Variant::ProductId)
        .to(product_listing::Column::ProductId)
        .on_condition(move |_, listing| {
            let column = |column| Expr::col((listing.clone(), column));
            Condition::all()
                .add(column(product_listing::Column::ChannelId).eq(channel_id))
                .add(column(product_listing::Column::PublishedAt).lte(now))
        });
    let of_price = product_variant::Entity::belongs_to(variant_price::Entity)
        .from(Variant::Id)
        .to(variant_price::Column::VariantId)
        .on_condition(move |_, price| {
            Expr::col((price, variant_price::Column::ChannelId))
                .eq(channel_id)
                .into()
        });
    product_variant::Entity::find()
        .select_only()
        .expr_as(Expr::cust(sale_column(json)), "sales")
        .expr_as(Expr::cust(choices_column(json)), "choices")
        .expr_as(price_list::exists(channel_id), "has_price_lists")
        .expr_as(flash_sale::exists(channel_id, now), "has_flash_sales")
        .expr_as(
            promotion::catalog_exists(channel_id),
            "has_catalog_promotions",
        )
        .join(JoinType::InnerJoin, of_product.into())
        .join(JoinType::LeftJoin, of_listing.into())
        .join(JoinType::LeftJoin, of_price.into())
        .filter(Variant::Id.is_in(ids.iter().copied()))
}

/// The fields of [`VariantForSale`] that are read, in their order.
fn sale_column(json: JsonSql) -> String {
    let published = format!(
        "product.status = '{}' AND product_listing.product_id IS NOT NULL",
        ProductStatus::Published
    );
    json.arrays(&[
        &json.id("product_variant.id"),
        &json.id("product_variant.product_id"),
        "product_variant.sku",
        "product.tax_class",
        "product.brand",
        &JsonSql::flag("product_variant.shippable"),
        &JsonSql::flag("product_variant.bundle"),
        &JsonSql::flag("product_variant.archived_at IS NOT NULL"),
        &JsonSql::flag(&published),
        "product_variant.min_quantity",
        "product_variant.max_quantity",
        "product_variant.quantity_step",
        "product_variant.quantity_per_member",
        "variant_price.price_minor",
        "variant_price.compare_at_minor",
    ])
}

/// What [`Choices`] reads.
fn choices_column(json: JsonSql) -> String {
    json.arrays(&[
        &json.id("product_variant.id"),
        &json.json("product.options"),
        &json.json("product_variant.selected_options"),
    ])
}
