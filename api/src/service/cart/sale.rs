//! What decides whether and for how much variants are sold. It is read as one text of JSON whatever their number: a cart of
//! a hundred lines would spend most of its time on taking as many rows apart column by column.

use std::sync::{Arc, OnceLock};

use chrono::{DateTime, Utc};
use domain::catalog::{ProductOption, ProductStatus, QuantityLimits, SelectedOption, variant_name};
use entity::{product, product_listing, product_variant, variant_price};
use rustc_hash::FxBuildHasher;
use sea_orm::sea_query::Expr;
use sea_orm::{
    Condition, ConnectionTrait, EntityTrait, ExprTrait as _, FromQueryResult, JoinType,
    QueryFilter as _, QuerySelect as _, Select, Value,
};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::price_list::{self, Kinds};
use crate::service::rows::{ById, JsonSql, KeptSql, Sought, read_arrays};
use crate::service::{flash_sale, presale, promotion};

/// A variant with what decides whether and for how much it is sold in a channel.
#[derive(Clone, Debug, Deserialize)]
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
    flags: Flags,
    min_quantity: i32,
    max_quantity: i32,
    quantity_step: i32,
    /// Most units a member may ever buy.
    pub(super) quantity_per_member: Option<i32>,
    pub(super) price_minor: Option<i64>,
    pub(super) compare_at_minor: Option<i64>,
    /// No unit leaves before this; it may have come.
    pub ships_at: Option<DateTime<Utc>>,
    /// `None` only while the row is read.
    #[serde(skip)]
    choices: Option<Arc<Choices>>,
}

/// What is so of a variant: a bit for each of these, in the order of [`sale_column`].
#[derive(Clone, Copy, Debug, Deserialize)]
struct Flags(u8);

impl Flags {
    const SHIPPABLE: u8 = 1;
    const BUNDLE: u8 = 1 << 1;
    const ARCHIVED: u8 = 1 << 2;
    const PUBLISHED: u8 = 1 << 3;

    fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }
}

/// What the names of variants are made of. Most who read a price ask for no name, so it stays text until somebody does.
#[derive(Debug)]
struct Choices {
    text: String,
    read: OnceLock<ById<Choice>>,
}

/// Options of a product, and a variant's choices among them.
type Choice = (Vec<ProductOption>, Vec<SelectedOption>);

impl Choices {
    fn of(&self, variant_id: Uuid) -> Result<&Choice> {
        let read = if let Some(read) = self.read.get() {
            read
        } else {
            let with_id = |(id, options, selected)| (id, (options, selected));
            let rows = read_arrays(&self.text).map(|row| row.map(with_id));
            let by_id = rows.collect::<Result<_>>()?;
            self.read.get_or_init(|| by_id)
        };
        read.get(&variant_id)
            .ok_or_else(|| Error::internal("a variant has no options"))
    }
}

/// Variants for sale by id, and which kinds of prices there are beside their own.
pub(super) struct Sales {
    pub(super) by_id: ById<Arc<VariantForSale>>,
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
    /// Whether it can be bought: published in the channel, not archived, with a price.
    #[must_use]
    pub fn is_for_sale(&self) -> bool {
        self.flags.has(Flags::PUBLISHED) && !self.is_archived() && self.has_price()
    }

    /// Whether it has to be shipped.
    #[must_use]
    pub fn is_shippable(&self) -> bool {
        self.flags.has(Flags::SHIPPABLE)
    }

    /// Whether it is made of other variants.
    #[must_use]
    pub fn is_bundle(&self) -> bool {
        self.flags.has(Flags::BUNDLE)
    }

    /// Whether it left the range.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.flags.has(Flags::ARCHIVED)
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
        let choices = self.choices.as_ref();
        let choices = choices.ok_or_else(|| Error::internal("a variant without its row"))?;
        let (options, selected) = choices.of(self.variant_id)?;
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
    let backend = connection.get_database_backend();
    let variants = Sought::new(backend, variant_ids);
    // The channel of the price lists, that of the flash sales with the instant, that of the promotions, that of the listing
    // with the instant, and that of the price; then the variants.
    let channel = || Value::from(channel_id);
    let values = [
        channel(),
        channel(),
        now.into(),
        channel(),
        channel(),
        now.into(),
        channel(),
    ];
    let values = values.into_iter().chain(variants.values()).collect();
    let statement = TEXT.statement(backend, variants.shape(), values, || {
        select(JsonSql(backend), channel_id, &variants, now)
    });
    let row = Row::find_by_statement(statement)
        .one(connection)
        .await?
        .ok_or_else(|| Error::internal("a sum without a row"))?;
    let choices = Arc::new(Choices {
        text: row.choices,
        read: OnceLock::new(),
    });
    let mut by_id = ById::with_capacity_and_hasher(variant_ids.len(), FxBuildHasher);
    for sale in read_arrays::<VariantForSale>(&row.sales) {
        let mut sale = sale?;
        sale.choices = Some(Arc::clone(&choices));
        by_id.insert(sale.variant_id, Arc::new(sale));
    }
    Ok(Sales {
        by_id,
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
    variants: &Sought,
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
        .filter(variants.expr("product_variant.id"))
}

/// The fields of [`VariantForSale`] that are read, in their order.
fn sale_column(json: JsonSql) -> String {
    let published = format!(
        "product.status = '{}' AND product_listing.product_id IS NOT NULL",
        ProductStatus::Published
    );
    let flags = JsonSql::flags(&[
        "product_variant.shippable",
        "product_variant.bundle",
        "product_variant.archived_at IS NOT NULL",
        &published,
    ]);
    json.text(&json.array(&[
        &json.id("product_variant.id"),
        &json.id("product_variant.product_id"),
        "product_variant.sku",
        "product.tax_class",
        "product.brand",
        &flags,
        "product_variant.min_quantity",
        "product_variant.max_quantity",
        "product_variant.quantity_step",
        "product_variant.quantity_per_member",
        "variant_price.price_minor",
        "variant_price.compare_at_minor",
        presale::SHIPS_AT,
    ]))
}

/// What [`Choices`] reads.
fn choices_column(json: JsonSql) -> String {
    json.text(&json.array(&[
        &json.id("product_variant.id"),
        &json.json("product.options"),
        &json.json("product_variant.selected_options"),
    ]))
}
