//! What the warehouses that ship can promise of variants, read in one statement and as one text of JSON whatever their number.

use chrono::{DateTime, Utc};
use domain::stock::{Goods, StockCounters, WarehouseStock};
use rustc_hash::FxBuildHasher;
use sea_orm::{ConnectionTrait, Statement};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::rows::{ById, JsonSql, KeptSql, Sought, read_arrays};

/// What there is of a variant for whoever asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    /// What each warehouse can promise, in order of preference.
    pub(crate) warehouses: Vec<WarehouseStock>,
    /// Units the asker's cart holds.
    pub(crate) held: u32,
    /// When the first of them lapses; `None` when none is held.
    pub(crate) held_until: Option<DateTime<Utc>>,
}

/// What lies in a warehouse, with its fields in the order of [`select`].
#[derive(Deserialize)]
struct Shelves {
    priority: i32,
    warehouse_id: Uuid,
    levels: Vec<Level>,
}

#[derive(Deserialize)]
struct Level {
    variant_id: Uuid,
    on_hand: i32,
    allocated: i32,
    /// Units others hold, whose time is not over.
    reserved: i32,
    safety: i32,
    backorder_limit: i32,
    /// Units the cart holds, and when the first of them lapses.
    held: Option<(i64, DateTime<Utc>)>,
}

impl Stock {
    /// What there is of goods: what the warehouses can promise, and what is held of them.
    pub(crate) fn of_goods(
        goods: &Goods,
        warehouses: Vec<WarehouseStock>,
        stocks: &ById<Self>,
    ) -> Self {
        let held = |variant_id| stocks.get(&variant_id).map_or(0, |stock| stock.held);
        let until = goods
            .variants()
            .filter_map(|variant_id| stocks.get(&variant_id)?.held_until);
        Self {
            warehouses,
            held: goods.held(held),
            held_until: until.min(),
        }
    }
}

/// Loads stock by variant. What the asker's cart holds, and what others held until before `now`, counts as available.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn load_stocks<C: ConnectionTrait>(
    connection: &C,
    variant_ids: &[Uuid],
    cart_id: Option<Uuid>,
    now: DateTime<Utc>,
) -> Result<ById<Stock>> {
    static TEXT: KeptSql = KeptSql::new();
    if variant_ids.is_empty() {
        return Ok(ById::default());
    }
    let backend = connection.get_database_backend();
    let variants = Sought::new(backend, variant_ids);
    let text = TEXT.text(backend, variants.shape(), || {
        select(JsonSql(backend), &variants)
    });
    // No cart has the id of zeros.
    let values = [now.into(), cart_id.unwrap_or_default().into()];
    let values = values.into_iter().chain(variants.values());
    let statement = Statement::from_sql_and_values(backend, &*text, values);
    let row = connection.query_one_raw(statement).await?;
    let row = row.ok_or_else(|| Error::internal("a sum without a row"))?;
    let text: String = row.try_get_by_index(0)?;
    let mut all: Vec<Shelves> = read_arrays(&text).collect::<Result<_>>()?;
    all.sort_unstable_by_key(|shelves| (shelves.priority, shelves.warehouse_id));
    let mut stocks = ById::with_capacity_and_hasher(variant_ids.len(), FxBuildHasher);
    for shelves in all {
        for level in shelves.levels {
            let stock: &mut Stock = stocks.entry(level.variant_id).or_default();
            stock.warehouses.push(WarehouseStock {
                warehouse_id: shelves.warehouse_id,
                available: level.counters().available(),
            });
            if let Some((units, until)) = level.held {
                stock.held = stock.held.saturating_add(units_of(units));
                stock.held_until = stock.held_until.into_iter().chain([until]).min();
            }
        }
    }
    Ok(stocks)
}

/// Levels of variants by warehouse. The instant is bound first, then the asker's cart, then the variants.
fn select(json: JsonSql, variants: &Sought) -> String {
    let own = "stock_reservation.cart_id = $2";
    let in_nobodys_way = format!("({own} OR stock_reservation.expires_at <= $1)");
    let units = "coalesce(sum(stock_reservation.quantity), 0)";
    let held = json.array(&[units, "min(stock_reservation.expires_at)"]);
    let held = format!("CASE WHEN count(*) > 0 THEN {held} END");
    let level = json.array(&[
        &json.id("stock_level.variant_id"),
        "stock_level.on_hand",
        "stock_level.allocated",
        &format!(
            "stock_level.reserved - {}",
            of_level(units, &in_nobodys_way, "0")
        ),
        "stock_level.safety",
        "stock_level.backorder_limit",
        &json.json(&of_level(&held, own, "NULL")),
    ]);
    let shelves = json.array(&[
        "warehouse.priority",
        &json.id("warehouse.id"),
        &json.json(&json.all(&level)),
    ]);
    let variants = variants.text("stock_level.variant_id", 2);
    format!(
        "SELECT {} FROM (SELECT {shelves} AS shelves \
         FROM stock_level JOIN warehouse ON warehouse.id = stock_level.warehouse_id \
         WHERE {variants} AND warehouse.active GROUP BY warehouse.id, warehouse.priority) AS part",
        json.text("shelves")
    )
}

impl Level {
    /// The counters without what counts as available to the asker.
    fn counters(&self) -> StockCounters {
        StockCounters {
            on_hand: self.on_hand,
            allocated: self.allocated,
            reserved: self.reserved,
            safety: self.safety,
            backorder_limit: self.backorder_limit,
        }
    }
}

/// Something about the holds of a level that meet a condition, and what it is without any. Levels that nobody holds anything of,
/// most of them, are not looked up.
fn of_level(what: &str, condition: &str, otherwise: &str) -> String {
    format!(
        "CASE WHEN stock_level.reserved > 0 THEN (SELECT {what} FROM stock_reservation \
         WHERE stock_reservation.variant_id = stock_level.variant_id \
         AND stock_reservation.warehouse_id = stock_level.warehouse_id AND {condition}) ELSE {otherwise} END"
    )
}

fn units_of(count: i64) -> u32 {
    u32::try_from(count).unwrap_or_default()
}
