//! What the warehouses that ship can promise of variants, read in one statement and as one text of JSON whatever their number.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::stock::{Goods, StockCounters, WarehouseStock};
use sea_orm::{ConnectionTrait, DbBackend, Statement, Value};
use serde::Deserialize;
use uuid::Uuid;

use crate::error::{Error, Result};
use crate::service::rows::{JsonSql, KeptSql, bound, padded, places};

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

/// A level, with its fields in the order of [`select`].
#[derive(Deserialize)]
struct Row {
    variant_id: Uuid,
    warehouse_id: Uuid,
    priority: i32,
    on_hand: i32,
    allocated: i32,
    reserved: i32,
    safety: i32,
    backorder_limit: i32,
    /// Units the cart holds.
    held: i64,
    /// When the first of them lapses.
    held_until: Option<DateTime<Utc>>,
    /// Units others held, whose time is over.
    lapsed: i64,
}

impl Stock {
    /// What there is of goods: what the warehouses can promise, and what is held of them.
    pub(crate) fn of_goods(
        goods: &Goods,
        warehouses: Vec<WarehouseStock>,
        stocks: &HashMap<Uuid, Self>,
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
) -> Result<HashMap<Uuid, Stock>> {
    static TEXT: KeptSql = KeptSql::new();
    if variant_ids.is_empty() {
        return Ok(HashMap::new());
    }
    let backend = connection.get_database_backend();
    let ids = padded(variant_ids);
    let text = TEXT.text(backend, ids.len(), || select(backend, ids.len()));
    // No cart has the id of zeros.
    let values: Vec<Value> = [now.into(), cart_id.unwrap_or_default().into()]
        .into_iter()
        .chain(bound(&ids))
        .collect();
    let statement = Statement::from_sql_and_values(backend, &*text, values);
    let levels = connection.query_one_raw(statement).await?;
    let levels = levels.ok_or_else(|| Error::internal("a sum without a row"))?;
    let levels: String = levels.try_get_by_index(0)?;
    let mut levels: Vec<Row> = serde_json::from_str(&levels).map_err(Error::internal)?;
    levels.sort_unstable_by_key(|row| (row.priority, row.warehouse_id));
    let mut stocks: HashMap<Uuid, Stock> = HashMap::with_capacity(variant_ids.len());
    for row in levels {
        let stock = stocks.entry(row.variant_id).or_default();
        stock.held = stock.held.saturating_add(units_of(row.held));
        stock.held_until = stock.held_until.into_iter().chain(row.held_until).min();
        stock.warehouses.push(WarehouseStock {
            warehouse_id: row.warehouse_id,
            available: row.counters().available(),
        });
    }
    Ok(stocks)
}

/// Levels of so many variants. The instant is bound first, then the asker's cart, then the variants.
fn select(backend: DbBackend, variants: usize) -> String {
    let json = JsonSql(backend);
    let own = "stock_reservation.cart_id = $2";
    let lapsed = "stock_reservation.expires_at <= $1 AND stock_reservation.cart_id <> $2";
    let units = "coalesce(sum(stock_reservation.quantity), 0)";
    let levels = json.arrays(&[
        &json.id("stock_level.variant_id"),
        &json.id("stock_level.warehouse_id"),
        "warehouse.priority",
        "stock_level.on_hand",
        "stock_level.allocated",
        "stock_level.reserved",
        "stock_level.safety",
        "stock_level.backorder_limit",
        &of_level(units, own, "0"),
        &of_level("min(stock_reservation.expires_at)", own, "NULL"),
        &of_level(units, lapsed, "0"),
    ]);
    let variants = places(3, variants);
    format!(
        "SELECT {levels} FROM stock_level JOIN warehouse ON warehouse.id = stock_level.warehouse_id \
         WHERE stock_level.variant_id IN ({variants}) AND warehouse.active"
    )
}

impl Row {
    /// The counters without what counts as available to the asker.
    fn counters(&self) -> StockCounters {
        let freed = i32::try_from(self.held.saturating_add(self.lapsed)).unwrap_or(i32::MAX);
        StockCounters {
            on_hand: self.on_hand,
            allocated: self.allocated,
            reserved: self.reserved.saturating_sub(freed),
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
