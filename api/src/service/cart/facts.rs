//! What a cart's price and problems depend on, read in a few statements whatever the number of lines.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::catalog::ProductStatus;
use domain::catalog::{ProductOption, QuantityLimits, SelectedOption};
use domain::order::OrderStatus;
use domain::pricing::PricedLine;
use domain::promotion::Reduction;
use domain::quantity::Quantity;
use domain::stock::WarehouseStock;
use domain::unit_price::{FlashPrice, Offers, PriceOrigin, PriceSource};
use entity::column::{Json, Text};
use entity::{
    cart, cart_line, channel, order, order_line, product, product_listing, product_variant,
    variant_price,
};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter,
    QueryOrder, QuerySelect,
};
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::price_list::{self, Audience, Kinds, offers};
use crate::service::{flash_sale, inventory, promotion};

/// A variant with what decides whether and for how much it is sold in a channel.
#[derive(Clone, Debug, FromQueryResult)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "three tell which kinds of prices there are beside its own"
)]
pub struct VariantForSale {
    /// The variant.
    pub variant_id: Uuid,
    /// Its product.
    pub product_id: Uuid,
    /// Its SKU.
    pub sku: String,
    /// Its choices.
    pub selected_options: Json<Vec<SelectedOption>>,
    /// Whether it has to be shipped.
    pub is_shippable: bool,
    min_quantity: i32,
    max_quantity: i32,
    quantity_step: i32,
    quantity_per_member: Option<i32>,
    archived_at: Option<DateTime<Utc>>,
    product_status: Text<ProductStatus>,
    /// Options of its product.
    pub options: Json<Vec<ProductOption>>,
    /// Maker or label.
    pub brand: Option<String>,
    /// Class of the tax on it.
    pub tax_class: String,
    published_at: Option<DateTime<Utc>>,
    price_minor: Option<i64>,
    compare_at_minor: Option<i64>,
    has_price_lists: bool,
    has_flash_sales: bool,
    has_catalog_promotions: bool,
}

/// A line of a cart with the facts of its variant.
#[derive(Clone, Debug)]
pub struct LineFacts {
    /// The row.
    pub row: cart_line::Model,
    /// The variant.
    pub sale: VariantForSale,
    /// Price of one unit: the present one, or the one last seen while there is none.
    pub unit_price: Money,
    /// Price of one unit before reduction.
    pub compare_at: Option<Money>,
    /// Which rule set the price of one unit.
    pub origin: PriceOrigin,
    /// What each warehouse can promise, in order of preference; what its cart holds among it.
    pub warehouses: Vec<WarehouseStock>,
    /// Units its cart holds.
    pub held: u32,
    /// When the first of them lapses; `None` when none is held.
    pub held_until: Option<DateTime<Utc>>,
    /// Units this member may still buy; `None` without limit.
    pub member_quota: Option<u32>,
    /// Whether a promotion gives it for free.
    pub is_gift: bool,
    /// Variants the buyer may have as this gift, itself among them; empty when there is nothing to choose.
    pub gift_choices: Vec<Uuid>,
    /// The flash sale whose price it has.
    pub flash: Option<FlashPrice>,
    /// Prices beside the variant's own.
    offers: Offers,
}

impl VariantForSale {
    /// Whether it is for sale at an instant: published, not archived, with a price.
    #[must_use]
    pub fn is_for_sale(&self, now: DateTime<Utc>) -> bool {
        self.product_status.0 == ProductStatus::Published
            && !self.is_archived()
            && self.published_at.is_some_and(|from| from <= now)
            && self.has_price()
    }

    /// Whether it left the range.
    #[must_use]
    pub fn is_archived(&self) -> bool {
        self.archived_at.is_some()
    }

    /// Whether the channel has a price for it.
    #[must_use]
    pub fn has_price(&self) -> bool {
        self.price_minor.is_some()
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

impl LineFacts {
    /// Units wanted.
    ///
    /// # Errors
    /// [`Error::Internal`] when the row is inconsistent.
    pub fn quantity(&self) -> Result<u32> {
        u32::try_from(self.row.quantity).map_err(Error::internal)
    }

    /// Sets the number of units, and the price of one that goes with it.
    pub(super) fn set_quantity(&mut self, quantity: Quantity) {
        self.row.quantity = quantity.to_i32();
        self.price(quantity.get());
    }

    /// Finds the price of one unit when so many are bought.
    fn price(&mut self, units: u32) {
        let currency = self.unit_price.currency;
        let Some(own) = self
            .sale
            .price_minor
            .map(|minor| Money::new(minor, currency))
        else {
            return;
        };
        let compare_at = self.sale.compare_at_minor;
        let compare_at = compare_at.map(|minor| Money::new(minor, currency));
        let unit = self.offers.unit_price(own, compare_at, units);
        (self.unit_price, self.compare_at) = (unit.price, unit.before);
        self.origin = unit.origin();
        self.flash = match unit.source {
            PriceSource::Flash(flash) => Some(flash.clone()),
            PriceSource::Own | PriceSource::List(_) | PriceSource::Promotion(_) => None,
        };
    }

    /// What promotions of the catalog would do to the price of one unit.
    pub(super) fn reductions(&self) -> &[Reduction] {
        &self.offers.reductions
    }

    /// Lets more promotions of the catalog lower the price of one unit.
    pub(super) fn lower(&mut self, reductions: &[Reduction]) -> Result<()> {
        self.offers.reductions.extend_from_slice(reductions);
        self.price(self.quantity()?);
        Ok(())
    }

    /// Price of one unit before reduction, as it is shown beside what a unit costs.
    #[must_use]
    pub fn before(&self, cost: &PricedLine) -> Option<Money> {
        if self.is_gift {
            self.compare_at
        } else {
            cost.compare_at
        }
    }

    /// Takes the price outside flash sales, whose units only carts take.
    pub(in crate::service) fn forget_flash_sales(&mut self) -> Result<()> {
        self.offers.flash.clear();
        self.price(self.quantity()?);
        Ok(())
    }

    /// Units that can be promised.
    #[must_use]
    pub fn available(&self) -> u32 {
        self.warehouses
            .iter()
            .fold(0, |sum, stock| sum.saturating_add(stock.available))
    }
}

/// Loads the rows of a cart's lines, oldest first.
pub(super) async fn load_rows<C: ConnectionTrait>(
    connection: &C,
    cart_id: Uuid,
) -> Result<Vec<cart_line::Model>> {
    let rows = cart_line::Entity::find()
        .filter(cart_line::COLUMN.cart_id.eq(cart_id))
        .order_by_asc(cart_line::Column::Position)
        .order_by_asc(cart_line::Column::Id)
        .all(connection)
        .await?;
    Ok(rows)
}

/// Adds the facts of their variants to lines, which need not be saved yet.
pub(super) async fn with_facts<C: ConnectionTrait>(
    connection: &C,
    channel: &channel::Model,
    rows: Vec<cart_line::Model>,
    cart: &cart::Model,
    now: DateTime<Utc>,
) -> Result<Vec<LineFacts>> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let variant_ids: Vec<Uuid> = rows.iter().map(|row| row.variant_id).collect();
    let member_id = cart.member_id;
    let sales = load_sales(connection, channel.id, &variant_ids, now).await?;
    let stocks = inventory::load_stocks(connection, &variant_ids, &[cart.id], now).await?;
    let kinds = Kinds {
        lists: sales.values().any(|sale| sale.has_price_lists),
        promotions: sales.values().any(|sale| sale.has_catalog_promotions),
        flash: sales.values().any(|sale| sale.has_flash_sales),
    };
    let audience = Audience {
        channel_id: channel.id,
        currency: channel.currency.0,
        member_id,
        email: cart.email.clone(),
        now,
    };
    let offers = offers(connection, &audience, &variant_ids, kinds).await?;
    let limited: Vec<Uuid> = sales
        .values()
        .filter(|sale| sale.quantity_per_member.is_some())
        .map(|sale| sale.variant_id)
        .collect();
    let bought = match member_id {
        Some(member_id) if !limited.is_empty() => {
            load_bought(connection, member_id, limited).await?
        }
        Some(_) | None => HashMap::new(),
    };
    rows.into_iter()
        .map(|row| {
            let sale = sales
                .get(&row.variant_id)
                .cloned()
                .ok_or_else(|| Error::internal("a variant in a cart is gone"))?;
            let bought = bought.get(&row.variant_id).copied().unwrap_or_default();
            let quota = sale
                .quantity_per_member
                .map(u32::try_from)
                .transpose()
                .map_err(Error::internal)?;
            let stock = stocks.get(&row.variant_id).cloned().unwrap_or_default();
            let mut line = LineFacts {
                unit_price: Money::new(row.seen_unit_price_minor, channel.currency.0),
                compare_at: None,
                origin: PriceOrigin::own(),
                warehouses: stock.warehouses,
                held: stock.held,
                held_until: stock.held_until,
                member_quota: quota.map(|most| most.saturating_sub(bought)),
                is_gift: false,
                gift_choices: Vec::new(),
                flash: None,
                offers: offers.get(&row.variant_id).cloned().unwrap_or_default(),
                sale,
                row,
            };
            line.price(line.quantity()?);
            Ok(line)
        })
        .collect()
}

async fn load_sales<C: ConnectionTrait>(
    connection: &C,
    channel_id: Uuid,
    variant_ids: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, VariantForSale>> {
    use product_variant::Column as Variant;
    let of_product = product_variant::Entity::belongs_to(product::Entity)
        .from(Variant::ProductId)
        .to(product::Column::Id);
    let of_listing = product_variant::Entity::belongs_to(product_listing::Entity)
        .from(Variant::ProductId)
        .to(product_listing::Column::ProductId)
        .on_condition(move |_, listing| {
            Expr::col((listing, product_listing::Column::ChannelId))
                .eq(channel_id)
                .into()
        });
    let of_price = product_variant::Entity::belongs_to(variant_price::Entity)
        .from(Variant::Id)
        .to(variant_price::Column::VariantId)
        .on_condition(move |_, price| {
            Expr::col((price, variant_price::Column::ChannelId))
                .eq(channel_id)
                .into()
        });
    let rows = product_variant::Entity::find()
        .select_only()
        .column_as(Variant::Id, "variant_id")
        .column(Variant::ProductId)
        .column(Variant::Sku)
        .column(Variant::SelectedOptions)
        .column_as(Variant::Shippable, "is_shippable")
        .column(Variant::MinQuantity)
        .column(Variant::MaxQuantity)
        .column(Variant::QuantityStep)
        .column(Variant::QuantityPerMember)
        .column(Variant::ArchivedAt)
        .column_as(product::Column::Status, "product_status")
        .column(product::Column::Options)
        .column(product::Column::Brand)
        .column(product::Column::TaxClass)
        .column(product_listing::Column::PublishedAt)
        .column(variant_price::Column::PriceMinor)
        .column(variant_price::Column::CompareAtMinor)
        .expr_as(price_list::exists(channel_id), "has_price_lists")
        .expr_as(flash_sale::exists(channel_id, now), "has_flash_sales")
        .expr_as(
            promotion::catalog_exists(channel_id),
            "has_catalog_promotions",
        )
        .join(JoinType::InnerJoin, of_product.into())
        .join(JoinType::LeftJoin, of_listing.into())
        .join(JoinType::LeftJoin, of_price.into())
        .filter(
            product_variant::COLUMN
                .id
                .is_in(variant_ids.iter().copied()),
        )
        .into_model::<VariantForSale>()
        .all(connection)
        .await?;
    Ok(rows.into_iter().map(|row| (row.variant_id, row)).collect())
}

/// Units of variants in a member's orders that were placed and not called off.
async fn load_bought<C: ConnectionTrait>(
    connection: &C,
    member_id: Uuid,
    variant_ids: Vec<Uuid>,
) -> Result<HashMap<Uuid, u32>> {
    let of_order = order_line::Entity::belongs_to(order::Entity)
        .from(order_line::Column::OrderId)
        .to(order::Column::Id);
    let not_placed = [
        OrderStatus::Draft,
        OrderStatus::Cancelled,
        OrderStatus::Rejected,
        OrderStatus::Expired,
    ]
    .map(Text);
    let rows: Vec<(Uuid, i32, i32)> = order_line::Entity::find()
        .select_only()
        .columns([
            order_line::Column::VariantId,
            order_line::Column::Quantity,
            order_line::Column::CancelledQuantity,
        ])
        .join(JoinType::InnerJoin, of_order.into())
        .filter(order::COLUMN.member_id.eq(member_id))
        .filter(order::COLUMN.status.is_not_in(not_placed))
        .filter(order_line::COLUMN.variant_id.is_in(variant_ids))
        .into_tuple()
        .all(connection)
        .await?;
    let mut bought: HashMap<Uuid, u32> = HashMap::new();
    for (variant_id, quantity, cancelled) in rows {
        let kept = u32::try_from(quantity.saturating_sub(cancelled)).unwrap_or_default();
        let sum = bought.entry(variant_id).or_default();
        *sum = sum.saturating_add(kept);
    }
    Ok(bought)
}
