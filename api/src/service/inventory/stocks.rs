//! What the warehouses that ship can promise of variants, read in one statement whatever their number.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::stock::{Goods, StockCounters, WarehouseStock};
use entity::{stock_level, stock_reservation, warehouse};
use sea_orm::sea_query::{CaseStatement, Expr, Func, Query, SelectStatement, SimpleExpr};
use sea_orm::{
    ConnectionTrait, EntityTrait, ExprTrait, FromQueryResult, JoinType, QueryFilter, QueryOrder,
    QuerySelect,
};
use uuid::Uuid;

use crate::error::Result;

/// What there is of a variant for whoever asks.
#[derive(Clone, Debug, Default)]
pub(crate) struct Stock {
    /// What each warehouse can promise, in order of preference.
    pub(crate) warehouses: Vec<WarehouseStock>,
    /// Units the asker's carts hold.
    pub(crate) held: u32,
    /// When the first of them lapses; `None` when none is held.
    pub(crate) held_until: Option<DateTime<Utc>>,
}

#[derive(FromQueryResult)]
struct Row {
    variant_id: Uuid,
    warehouse_id: Uuid,
    on_hand: i32,
    allocated: i32,
    reserved: i32,
    safety: i32,
    backorder_limit: i32,
    /// Units the carts hold.
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

/// Loads stock by variant. What the asker's `carts` hold, and what others held until before `now`, counts as available.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn load_stocks<C: ConnectionTrait>(
    connection: &C,
    variant_ids: &[Uuid],
    carts: &[Uuid],
    now: DateTime<Utc>,
) -> Result<HashMap<Uuid, Stock>> {
    use stock_level::Column as Level;
    use stock_reservation::Column as Hold;
    let of_warehouse = stock_level::Entity::belongs_to(warehouse::Entity)
        .from(Level::WarehouseId)
        .to(warehouse::Column::Id);
    let is_own = || hold(Hold::CartId).is_in(carts.iter().copied());
    let is_lapsed = hold(Hold::ExpiresAt).lte(now).and(is_own().not());
    let units = || -> SimpleExpr {
        let sum = Func::sum(hold(Hold::Quantity));
        Func::coalesce([sum.into(), Expr::value(0)]).into()
    };
    let rows = stock_level::Entity::find()
        .select_only()
        .columns([
            Level::VariantId,
            Level::WarehouseId,
            Level::OnHand,
            Level::Allocated,
            Level::Reserved,
            Level::Safety,
            Level::BackorderLimit,
        ])
        .expr_as(of_level(units(), is_own()).finally(0), "held")
        .expr_as(
            of_level(hold(Hold::ExpiresAt).min(), is_own()),
            "held_until",
        )
        .expr_as(of_level(units(), is_lapsed).finally(0), "lapsed")
        .join(JoinType::InnerJoin, of_warehouse.into())
        .filter(
            stock_level::COLUMN
                .variant_id
                .is_in(variant_ids.iter().copied()),
        )
        .filter(warehouse::COLUMN.active.eq(true))
        .order_by_asc(warehouse::Column::Priority)
        .order_by_asc(warehouse::Column::Id)
        .into_model::<Row>()
        .all(connection)
        .await?;
    let mut stocks: HashMap<Uuid, Stock> = HashMap::new();
    for row in rows {
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

/// Something about the holds of a level that meet a condition. Levels that nobody holds anything of, most of them, are not
/// looked up.
fn of_level(what: impl Into<SimpleExpr>, condition: SimpleExpr) -> CaseStatement {
    use stock_level::{Column as Level, Entity};
    use stock_reservation::Column as Hold;
    let level = |column| Expr::col((Entity, column));
    let of_level: SelectStatement = Query::select()
        .expr(what)
        .from(stock_reservation::Entity)
        .and_where(hold(Hold::VariantId).eq(level(Level::VariantId)))
        .and_where(hold(Hold::WarehouseId).eq(level(Level::WarehouseId)))
        .and_where(condition)
        .take();
    CaseStatement::new().case(
        level(Level::Reserved).gt(0),
        SimpleExpr::SubQuery(None, Box::new(of_level.into())),
    )
}

fn hold(column: stock_reservation::Column) -> SimpleExpr {
    Expr::col((stock_reservation::Entity, column))
}

fn units_of(count: i64) -> u32 {
    u32::try_from(count).unwrap_or_default()
}
