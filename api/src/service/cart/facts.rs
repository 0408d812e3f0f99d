//! What a cart's price and problems depend on, read in a few statements whatever the number of lines.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::order::OrderStatus;
use domain::pricing::PricedLine;
use domain::promotion::Reduction;
use domain::quantity::Quantity;
use domain::stock::{Goods, Stocks, WarehouseStock, promised_in_turn};
use domain::unit_price::{FlashPrice, Offers, PriceOrigin, PriceSource};
use entity::column::Text;
use entity::{cart, cart_line, channel, order, order_line};
use sea_orm::{
    ColumnTrait, ConnectionTrait, EntityTrait, JoinType, QueryFilter, QuerySelect, Statement,
};
use uuid::Uuid;

use super::sale::{self, Sales, VariantForSale};
use crate::error::{Error, Result};
use crate::service::inventory::{self, Stock};
use crate::service::price_list::{Audience, offers};
use crate::service::rows::{ById, JsonSql, read_arrays};

/// A line of a cart with the facts of its variant.
#[derive(Clone, Debug)]
pub struct LineFacts {
    /// The row.
    pub row: cart_line::Model,
    /// The variant.
    pub sale: Arc<VariantForSale>,
    /// What one unit takes from the shelves.
    pub goods: Goods,
    /// Price of one unit: the present one, or the one last seen while there is none.
    pub unit_price: Money,
    /// Price of one unit before reduction.
    pub compare_at: Option<Money>,
    /// Which rule set the price of one unit.
    pub origin: PriceOrigin,
    /// What each warehouse can promise, in order of preference; what its cart holds among it. Where a bundle in the cart needs
    /// the same goods, it is what bundles and earlier lines leave.
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

/// Loads the rows of a cart's lines, oldest first, as one text as in [`super::sale`].
pub(super) async fn load_rows<C: ConnectionTrait>(
    connection: &C,
    cart_id: Uuid,
) -> Result<Vec<cart_line::Model>> {
    let backend = connection.get_database_backend();
    let json = JsonSql(backend);
    let line = json.array(&[
        &json.id("id"),
        &json.id("variant_id"),
        "quantity",
        "seen_unit_price_minor",
        "position",
    ]);
    let lines = json.text_by(&line, "position, id");
    let sql = format!("SELECT {lines} FROM cart_line WHERE cart_id = $1");
    let statement = Statement::from_sql_and_values(backend, sql, [cart_id.into()]);
    let row = connection.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::internal("a sum without a row"))?;
    let lines: String = row.try_get_by_index(0)?;
    let with_cart =
        |(id, variant_id, quantity, seen_unit_price_minor, position)| cart_line::Model {
            id,
            cart_id,
            variant_id,
            quantity,
            seen_unit_price_minor,
            position,
        };
    let rows = read_arrays(&lines);
    rows.map(|row| row.map(with_cart)).collect()
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
    let Sales { by_id, kinds } = sale::load(connection, channel.id, &variant_ids, now).await?;
    let goods = load_goods(connection, &by_id).await?;
    let stocks = load_stocks(connection, &rows, &goods, cart.id, now).await?;
    let audience = Audience {
        channel_id: channel.id,
        currency: channel.currency.0,
        member_id,
        email: cart.email.clone(),
        now,
    };
    let offers = offers(connection, &audience, &variant_ids, kinds).await?;
    let limited: Vec<Uuid> = by_id
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
    let mut lines = Vec::with_capacity(rows.len());
    for (row, stock) in rows.into_iter().zip(stocks) {
        let sale = by_id
            .get(&row.variant_id)
            .cloned()
            .ok_or_else(|| Error::internal("a variant in a cart is gone"))?;
        let bought = bought.get(&row.variant_id).copied().unwrap_or_default();
        let quota = sale
            .quantity_per_member
            .map(u32::try_from)
            .transpose()
            .map_err(Error::internal)?;
        let single = || Goods::Single(row.variant_id);
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
            goods: goods.get(&row.variant_id).cloned().unwrap_or_else(single),
            sale,
            row,
        };
        line.price(line.quantity()?);
        lines.push(line);
    }
    Ok(lines)
}

/// What those of the variants take that are bundles.
async fn load_goods<C: ConnectionTrait>(
    connection: &C,
    sales: &ById<Arc<VariantForSale>>,
) -> Result<HashMap<Uuid, Goods>> {
    let bundles = sales.values().filter(|sale| sale.is_bundle());
    let bundles: Vec<Uuid> = bundles.map(|sale| sale.variant_id).collect();
    if bundles.is_empty() {
        return Ok(HashMap::new());
    }
    inventory::load_goods(connection, bundles).await
}

/// What there is for each line of a cart.
async fn load_stocks<C: ConnectionTrait>(
    connection: &C,
    rows: &[cart_line::Model],
    goods: &HashMap<Uuid, Goods>,
    cart_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Vec<Stock>> {
    let variants = rows.iter().map(|row| row.variant_id);
    let components = goods.values().flat_map(Goods::variants);
    let variants: Vec<Uuid> = variants.chain(components).collect();
    let stocks = inventory::load_stocks(connection, &variants, Some(cart_id), now).await?;
    if goods.is_empty() {
        let of_row = |row: &cart_line::Model| stocks.get(&row.variant_id).cloned();
        return Ok(rows
            .iter()
            .map(of_row)
            .map(Option::unwrap_or_default)
            .collect());
    }
    let promised: Stocks = stocks
        .iter()
        .map(|(variant_id, stock)| (*variant_id, stock.warehouses.clone()))
        .collect();
    let single = |row: &cart_line::Model| Goods::Single(row.variant_id);
    let of_row = |row: &cart_line::Model| {
        goods
            .get(&row.variant_id)
            .cloned()
            .unwrap_or_else(|| single(row))
    };
    let lines: Vec<Goods> = rows.iter().map(of_row).collect();
    let units = rows
        .iter()
        .map(|row| u32::try_from(row.quantity).unwrap_or_default());
    let wanted: Vec<(&Goods, u32)> = lines.iter().zip(units).collect();
    let promised = promised_in_turn(&wanted, &promised);
    let of_line = |(goods, warehouses)| Stock::of_goods(goods, warehouses, &stocks);
    Ok(lines.iter().zip(promised).map(of_line).collect())
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
