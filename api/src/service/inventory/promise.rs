//! Stock is promised to an order that is being placed: first the guarded counters, then the rows that tell of it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::stock::{Arrival, Goods, RoutingPolicy, StockMovementKind, Stocks, route};
use entity::column::Text;
use entity::{order_line, stock_allocation, stock_level, stock_movement};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
};
use uuid::Uuid;

use super::error::InventoryError;
use super::reservation::lapse;
use super::scarce::{Left, tell_of_scarce};
use super::share::{Share, Shared, allocate_each};
use super::stocks::load_stocks;
use crate::clock::Clock;
use crate::error::{Error, Result};

/// Times a plan is made anew because somebody else took units of it meanwhile.
const ROUNDS: usize = 3;

/// Units of a variant that a line of an order needs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Want {
    /// The variant.
    pub(crate) variant_id: Uuid,
    /// What one unit of it takes.
    pub(crate) goods: Goods,
    /// The order's line; each has one want.
    pub(crate) line_id: Uuid,
    /// Units, more than zero.
    pub(crate) quantity: u32,
}

/// Units promised by one warehouse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Taken {
    /// What they are for.
    pub(crate) want: Want,
    /// The warehouse.
    pub(crate) warehouse_id: Uuid,
    /// Units.
    pub(crate) quantity: i32,
    /// What the warehouse has left of its goods for others.
    left: Vec<Left>,
    /// When they arrive there.
    arrival: Arrival,
}

/// From where an order is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Routing {
    /// As its channel says.
    pub(crate) policy: RoutingPolicy,
    /// Where it is to come from as far as that goes, such as where the buyer collects it.
    pub(crate) preferred: Option<Uuid>,
}

impl Taken {
    /// Describes units that were just taken at the levels of their goods, which stand as given with them.
    pub(super) fn at<'a>(
        levels: impl Iterator<Item = &'a stock_level::Model>,
        want: &Want,
        warehouse_id: Uuid,
        quantity: i32,
        now: DateTime<Utc>,
    ) -> Self {
        let mut taken = Self {
            want: want.clone(),
            warehouse_id,
            quantity,
            left: Vec::new(),
            arrival: Arrival::InHouse,
        };
        for level in levels {
            let counters = level.counters();
            taken.left.push(Left {
                variant_id: level.variant_id,
                available: counters.available(),
            });
            let arrival = Arrival::of_last(counters, level.expected_at, now);
            taken.arrival = taken.arrival.max(arrival);
        }
        taken
    }
}

/// What is promised to an order.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Promise<'a> {
    /// The order.
    pub(crate) order_id: Uuid,
    /// What was taken for it.
    pub(crate) taken: &'a [Taken],
    /// Who ordered.
    pub(crate) actor: (ActorKind, Option<Uuid>),
}

/// What is still wanted, by variant and line.
pub(super) type Open = BTreeMap<(Uuid, Uuid), Want>;

/// Takes stock for an order, all or nothing. The first plan is made from what the caller has `seen` in this transaction.
///
/// # Errors
/// [`InventoryError::InsufficientStock`]; the caller rolls back.
pub(crate) async fn allocate(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    wants: &[Want],
    mut seen: Stocks,
    routing: Routing,
) -> Result<Vec<Taken>, InventoryError> {
    if wants.iter().any(|want| want.goods.is_bundle()) {
        return allocate_locked(transaction, clock, wants, routing).await;
    }
    let mut open = open(wants);
    let mut taken = Vec::with_capacity(open.len());
    for round in 0..ROUNDS {
        if round > 0 {
            seen = look(transaction, clock, &open).await?;
        }
        for (want, warehouse_id, units) in plan(&mut seen, &open, routing)? {
            let Some(promise) = take(transaction, clock, &want, warehouse_id, units).await? else {
                continue; // somebody was faster: the rest is planned anew
            };
            taken.push(promise);
            if let Some(left) = open.get_mut(&place(&want)) {
                left.quantity = left.quantity.saturating_sub(units);
            }
        }
        open.retain(|_, want| want.quantity > 0);
        if open.is_empty() {
            return Ok(merged(taken));
        }
    }
    let variant_id = open.into_values().next().map(|want| want.variant_id);
    let variant_id = variant_id.unwrap_or_default();
    Err(InventoryError::InsufficientStock { variant_id })
}

/// Takes stock of which a part is of no use: under the locks of all levels, so that none of it is taken in vain.
async fn allocate_locked(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    wants: &[Want],
    routing: Routing,
) -> Result<Vec<Taken>, InventoryError> {
    let shares = [Share { wants, routing }];
    match allocate_each(transaction, clock, &shares).await?.pop() {
        Some(Shared::Taken(taken)) => Ok(taken),
        Some(Shared::TooFew(variant_id, _)) => {
            Err(InventoryError::InsufficientStock { variant_id })
        }
        None => Ok(Vec::new()),
    }
}

/// Takes stock as [`allocate`] does, by what the warehouses have now.
///
/// # Errors
/// [`InventoryError::InsufficientStock`]; the caller rolls back.
pub(crate) async fn allocate_now(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    wants: &[Want],
    routing: Routing,
) -> Result<Vec<Taken>, InventoryError> {
    let open = open(wants);
    let seen = look(transaction, clock, &open).await?;
    allocate(transaction, clock, wants, seen, routing).await
}

/// What is wanted, while nothing is taken yet.
pub(super) fn open(wants: &[Want]) -> Open {
    wants
        .iter()
        .map(|want| (place(want), want.clone()))
        .collect()
}

/// Where a want stands among the open ones: a bought line and a gift may want the same variant.
fn place(want: &Want) -> (Uuid, Uuid) {
    (want.variant_id, want.line_id)
}

/// What the warehouses that ship can promise now; holds whose time is over stand in nobody's way any more.
async fn look(transaction: &DatabaseTransaction, clock: &Clock, open: &Open) -> Result<Stocks> {
    let variants: Vec<Uuid> = open
        .values()
        .flat_map(|want| want.goods.variants())
        .collect();
    let now = clock.db_now(transaction).await?;
    lapse(transaction, clock, &variants, now).await?;
    let stocks = load_stocks(transaction, &variants, None, now).await?;
    Ok(stocks
        .into_iter()
        .map(|(variant_id, stock)| (variant_id, stock.warehouses))
        .collect())
}

/// From where to take what is still wanted, in the order of variants and warehouses: the order in which all writers lock.
pub(super) fn plan(
    seen: &mut Stocks,
    open: &Open,
    routing: Routing,
) -> Result<Vec<(Want, Uuid, u32)>, InventoryError> {
    let policy = match routing.preferred {
        Some(preferred) => {
            for stocks in seen.values_mut() {
                stocks.sort_by_key(|stock| stock.warehouse_id != preferred); // stable: the rest keeps its order
            }
            RoutingPolicy::Priority
        }
        None => routing.policy,
    };
    let wanted: Vec<(&Goods, u32)> = open
        .values()
        .map(|want| (&want.goods, want.quantity))
        .collect();
    let plans = route(policy, &wanted, seen).map_err(|index| {
        let short = open.values().nth(index).map(|want| want.variant_id);
        InventoryError::InsufficientStock {
            variant_id: short.unwrap_or_default(),
        }
    })?;
    let mut steps: Vec<(Want, Uuid, u32)> = open
        .values()
        .zip(plans)
        .flat_map(|(want, plan)| {
            plan.into_iter()
                .map(|(warehouse_id, units)| (want.clone(), warehouse_id, units))
        })
        .collect();
    steps.sort_by_key(|(want, warehouse_id, _)| (want.variant_id, *warehouse_id));
    Ok(steps)
}

/// The guarded UPDATE: it waits for others who hold the row, and counts again when it gets it.
async fn take(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    want: &Want,
    warehouse_id: Uuid,
    units: u32,
) -> Result<Option<Taken>> {
    use stock_level::Column;
    let quantity = i32::try_from(units).map_err(Error::internal)?;
    let written = stock_level::Entity::update_many()
        .col_expr(
            Column::Allocated,
            Expr::col(Column::Allocated).add(quantity),
        )
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(Column::VariantId.eq(want.variant_id))
        .filter(Column::WarehouseId.eq(warehouse_id))
        .filter(stock_level::available().gte(quantity))
        .exec_with_returning(transaction)
        .await?;
    let taken = || Taken::at(written.iter(), want, warehouse_id, quantity, clock.now());
    Ok((!written.is_empty()).then(taken))
}

/// One promise per line and warehouse, also where two rounds took from the same place.
pub(super) fn merged(taken: Vec<Taken>) -> Vec<Taken> {
    let mut by_place: BTreeMap<(Uuid, Uuid), Taken> = BTreeMap::new();
    for promise in taken {
        by_place
            .entry((promise.want.line_id, promise.warehouse_id))
            .and_modify(|first| {
                first.quantity = first.quantity.saturating_add(promise.quantity);
                first.left.extend_from_slice(&promise.left);
                first.arrival = first.arrival.max(promise.arrival);
            })
            .or_insert(promise);
    }
    by_place.into_values().collect()
}

/// Writes down what was taken: the promises to the orders' lines, the dates of what is still to arrive, the movements, and the
/// news for the search index when a last unit is gone. The orders and their lines exist by now.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn write_promises(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    promises: &[Promise<'_>],
) -> Result<()> {
    let (mut allocations, mut movements) = (Vec::new(), Vec::new());
    for promise in promises {
        for taken in promise.taken {
            allocations.push(stock_allocation::ActiveModel {
                id: Set(clock.new_id()),
                order_id: Set(promise.order_id),
                order_line_id: Set(taken.want.line_id),
                variant_id: Set(taken.want.variant_id),
                warehouse_id: Set(taken.warehouse_id),
                quantity: Set(taken.quantity),
            });
            movements.extend(taken_from_shelves(clock, promise, taken)?);
        }
    }
    if allocations.is_empty() {
        return Ok(());
    }
    stock_allocation::Entity::insert_many(allocations)
        .exec_without_returning(transaction)
        .await?;
    let all = || promises.iter().flat_map(|promise| promise.taken);
    write_arrivals(transaction, all()).await?;
    stock_movement::Entity::insert_many(movements)
        .exec_without_returning(transaction)
        .await?;
    let left = all().flat_map(|taken| taken.left.iter().copied());
    tell_of_scarce(transaction, clock, left).await
}

/// What a promise took of each of its goods, for the books.
fn taken_from_shelves(
    clock: &Clock,
    promise: &Promise<'_>,
    taken: &Taken,
) -> Result<Vec<stock_movement::ActiveModel>> {
    let (actor_kind, actor_id) = promise.actor;
    let units = u32::try_from(taken.quantity).map_err(Error::internal)?;
    let movement = |(variant_id, units): (Uuid, u32)| {
        Ok(stock_movement::ActiveModel {
            id: Set(clock.new_id()),
            variant_id: Set(variant_id),
            warehouse_id: Set(taken.warehouse_id),
            kind: Set(Text(StockMovementKind::Allocation)),
            on_hand_delta: Set(0),
            allocated_delta: Set(i32::try_from(units).map_err(Error::internal)?),
            reason: Set(None),
            source_id: Set(Some(promise.order_id)),
            actor_kind: Set(Text(actor_kind)),
            actor_id: Set(actor_id),
            occurred_at: Set(clock.now()),
        })
    };
    taken.want.goods.units(units).map(movement).collect()
}

/// Lines keep the date they were promised, whatever becomes of it: one statement a date, and none for what is in the house.
async fn write_arrivals(
    transaction: &DatabaseTransaction,
    taken: impl Iterator<Item = &Taken>,
) -> Result<()> {
    let mut by_line: BTreeMap<Uuid, Arrival> = BTreeMap::new();
    for promise in taken {
        let arrival = by_line
            .entry(promise.want.line_id)
            .or_insert(promise.arrival);
        *arrival = promise.arrival.max(*arrival);
    }
    let mut by_date: BTreeMap<DateTime<Utc>, Vec<Uuid>> = BTreeMap::new();
    for (line_id, arrival) in by_line {
        if let Some(date) = arrival.date() {
            by_date.entry(date).or_default().push(line_id);
        }
    }
    for (date, lines) in by_date {
        order_line::Entity::update_many()
            .col_expr(order_line::Column::ExpectedAt, Expr::value(date))
            .filter(order_line::Column::Id.is_in(lines))
            .exec(transaction)
            .await?;
    }
    Ok(())
}
