//! Promises of stock end: given back when an order is called off, kept when a parcel leaves.

use std::collections::{BTreeMap, HashMap};

use domain::account::ActorKind;
use domain::stock::StockMovementKind;
use entity::column::Text;
use entity::{stock_allocation, stock_level, stock_movement};
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QueryOrder,
};
use uuid::Uuid;

use super::bundle::LineGoods;
use super::error::InventoryError;
use super::scarce::tell_search;
use crate::clock::Clock;
use crate::error::Result;

/// What becomes of units whose order is called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Restock {
    /// They can be sold again.
    Return,
    /// They are lost, such as broken ones.
    WriteOff,
}

/// Units that leave a warehouse.
#[derive(Clone, Debug)]
pub(crate) struct Shipment {
    /// The order they are for.
    pub(crate) order_id: Uuid,
    /// The warehouse.
    pub(crate) warehouse_id: Uuid,
    /// Lines and units.
    pub(crate) units: Vec<(Uuid, i32)>,
}

/// One change of a level, to be written down.
pub(super) struct Movement {
    pub(super) variant_id: Uuid,
    pub(super) warehouse_id: Uuid,
    pub(super) kind: StockMovementKind,
    pub(super) on_hand_delta: i32,
    pub(super) allocated_delta: i32,
    pub(super) reason: Option<&'static str>,
}

/// Units that were promised to a line by a warehouse and are not wanted any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unwanted {
    /// The line.
    pub(crate) line_id: Uuid,
    /// The warehouse.
    pub(crate) warehouse_id: Uuid,
    /// Units.
    pub(crate) quantity: i32,
}

/// Ends all promises to an order. Does nothing the second time.
///
/// # Errors
/// When a row cannot be written.
pub(crate) async fn release(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    restock: Restock,
    actor: (ActorKind, Option<Uuid>),
) -> Result<()> {
    let promises = promises(transaction, order_id, None).await?;
    if promises.is_empty() {
        return Ok(());
    }
    stock_allocation::Entity::delete_many()
        .filter(stock_allocation::Column::OrderId.eq(order_id))
        .exec(transaction)
        .await?;
    take_back(transaction, clock, &promises, restock, actor).await
}

/// Ends promises to some units of an order.
///
/// # Errors
/// [`InventoryError::NotPromised`] or [`InventoryError::InsufficientStock`] when there is no such promise; the caller rolls
/// back.
pub(crate) async fn release_units(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    units: &[Unwanted],
    restock: Restock,
    actor: (ActorKind, Option<Uuid>),
) -> Result<(), InventoryError> {
    let mut left: HashMap<(Uuid, Uuid), i32> = units
        .iter()
        .map(|unwanted| ((unwanted.line_id, unwanted.warehouse_id), unwanted.quantity))
        .collect();
    let mut parts = Vec::with_capacity(units.len());
    for promise in promises(transaction, order_id, None).await? {
        let place = (promise.order_line_id, promise.warehouse_id);
        if let Some(quantity) = left.remove(&place) {
            keep(transaction, &promise, quantity).await?;
            parts.push(stock_allocation::Model {
                quantity,
                ..promise
            });
        }
    }
    if let Some((line_id, _)) = left.into_keys().next() {
        return Err(InventoryError::NotPromised { line_id });
    }
    take_back(transaction, clock, &parts, restock, actor).await?;
    Ok(())
}

/// Counts promises that ended, or the parts of them that did, as given back; their rows are gone or lowered.
async fn take_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    promises: &[stock_allocation::Model],
    restock: Restock,
    actor: (ActorKind, Option<Uuid>),
) -> Result<()> {
    let Some(order_id) = promises.first().map(|promise| promise.order_id) else {
        return Ok(());
    };
    let mut movements = Vec::with_capacity(promises.len());
    let shelves = shelves(transaction, promises).await?;
    for (shelf, units) in &shelves {
        let level = give_back(transaction, clock, *shelf, *units).await?;
        movements.push(Movement {
            variant_id: shelf.0,
            warehouse_id: shelf.1,
            kind: StockMovementKind::Release,
            on_hand_delta: 0,
            allocated_delta: -units,
            reason: None,
        });
        // Units promised beyond the stock were never there, so they cannot be lost.
        let lost = level.map_or(0, |level| std::cmp::min(level.on_hand, *units));
        if restock == Restock::WriteOff && lost > 0 {
            write_off(transaction, *shelf, lost).await?;
            movements.push(Movement {
                variant_id: shelf.0,
                warehouse_id: shelf.1,
                kind: StockMovementKind::Adjustment,
                on_hand_delta: -lost,
                allocated_delta: 0,
                reason: Some("called off and not restocked"),
            });
        }
    }
    write_movements(transaction, clock, order_id, movements, actor).await?;
    tell_search(transaction, clock, shelves.into_keys().map(|shelf| shelf.0)).await
}

/// A variant in a warehouse.
type Shelf = (Uuid, Uuid);

/// What promises are about, in the order in which all writers lock.
async fn shelves(
    transaction: &DatabaseTransaction,
    promises: &[stock_allocation::Model],
) -> Result<BTreeMap<Shelf, i32>> {
    let lines = promises.iter().map(|promise| promise.order_line_id);
    let goods = LineGoods::load(transaction, lines).await?;
    let mut shelves = BTreeMap::new();
    for promise in promises {
        let (line_id, variant_id) = (promise.order_line_id, promise.variant_id);
        for (variant_id, units) in goods.units(line_id, variant_id, promise.quantity)? {
            *shelves
                .entry((variant_id, promise.warehouse_id))
                .or_default() += units;
        }
    }
    Ok(shelves)
}

/// An order's promises in the order in which all writers lock: by variant and warehouse.
async fn promises(
    transaction: &DatabaseTransaction,
    order_id: Uuid,
    warehouse_id: Option<Uuid>,
) -> Result<Vec<stock_allocation::Model>> {
    let mut query =
        stock_allocation::Entity::find().filter(stock_allocation::Column::OrderId.eq(order_id));
    if let Some(warehouse_id) = warehouse_id {
        query = query.filter(stock_allocation::Column::WarehouseId.eq(warehouse_id));
    }
    Ok(query
        .order_by_asc(stock_allocation::Column::VariantId)
        .order_by_asc(stock_allocation::Column::WarehouseId)
        .all(transaction)
        .await?)
}

async fn give_back(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    (variant_id, warehouse_id): Shelf,
    units: i32,
) -> Result<Option<stock_level::Model>> {
    use stock_level::Column;
    let written = stock_level::Entity::update_many()
        .col_expr(Column::Allocated, Expr::col(Column::Allocated).sub(units))
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(Column::VariantId.eq(variant_id))
        .filter(Column::WarehouseId.eq(warehouse_id))
        .exec_with_returning(transaction)
        .await?;
    Ok(written.into_iter().next())
}

async fn write_off(
    transaction: &DatabaseTransaction,
    (variant_id, warehouse_id): Shelf,
    lost: i32,
) -> Result<()> {
    use stock_level::Column;
    stock_level::Entity::update_many()
        .col_expr(Column::OnHand, Expr::col(Column::OnHand).sub(lost))
        .filter(Column::VariantId.eq(variant_id))
        .filter(Column::WarehouseId.eq(warehouse_id))
        .exec(transaction)
        .await?;
    Ok(())
}

/// Takes the units of a parcel out of the warehouse and out of its promises.
///
/// # Errors
/// [`InventoryError::NotPromised`] or [`InventoryError::InsufficientStock`] when they are not in the house; the caller rolls
/// back.
pub(crate) async fn ship(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    shipment: &Shipment,
    actor: (ActorKind, Option<Uuid>),
) -> Result<(), InventoryError> {
    let mut left: HashMap<Uuid, i32> = shipment.units.iter().copied().collect();
    let mut parts = Vec::with_capacity(left.len());
    for promise in promises(transaction, shipment.order_id, Some(shipment.warehouse_id)).await? {
        if let Some(quantity) = left.remove(&promise.order_line_id) {
            keep(transaction, &promise, quantity).await?;
            parts.push(stock_allocation::Model {
                quantity,
                ..promise
            });
        }
    }
    if let Some(line_id) = left.into_keys().next() {
        return Err(InventoryError::NotPromised { line_id });
    }
    let mut movements = Vec::with_capacity(parts.len());
    for (shelf, units) in shelves(transaction, &parts).await? {
        leave(transaction, clock, shelf, units).await?;
        movements.push(Movement {
            variant_id: shelf.0,
            warehouse_id: shelf.1,
            kind: StockMovementKind::Shipment,
            on_hand_delta: -units,
            allocated_delta: -units,
            reason: None,
        });
    }
    write_movements(transaction, clock, shipment.order_id, movements, actor).await?;
    Ok(())
}

/// Lowers a promise, or ends it with its last unit.
pub(super) async fn keep(
    transaction: &DatabaseTransaction,
    promise: &stock_allocation::Model,
    quantity: i32,
) -> Result<(), InventoryError> {
    use stock_allocation::Column;
    match promise.quantity.cmp(&quantity) {
        std::cmp::Ordering::Less => {
            return Err(InventoryError::InsufficientStock {
                variant_id: promise.variant_id,
            });
        }
        std::cmp::Ordering::Equal => {
            stock_allocation::Entity::delete_by_id(promise.id)
                .exec(transaction)
                .await?;
        }
        std::cmp::Ordering::Greater => {
            stock_allocation::Entity::update_many()
                .col_expr(Column::Quantity, Expr::col(Column::Quantity).sub(quantity))
                .filter(Column::Id.eq(promise.id))
                .exec(transaction)
                .await?;
        }
    }
    Ok(())
}

async fn leave(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    (variant_id, warehouse_id): Shelf,
    units: i32,
) -> Result<(), InventoryError> {
    use stock_level::Column;
    let written = stock_level::Entity::update_many()
        .col_expr(Column::OnHand, Expr::col(Column::OnHand).sub(units))
        .col_expr(Column::Allocated, Expr::col(Column::Allocated).sub(units))
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(Column::VariantId.eq(variant_id))
        .filter(Column::WarehouseId.eq(warehouse_id))
        .filter(Column::OnHand.gte(units))
        .filter(Column::Allocated.gte(units))
        .exec(transaction)
        .await?;
    if written.rows_affected == 1 {
        Ok(())
    } else {
        Err(InventoryError::InsufficientStock { variant_id })
    }
}

pub(super) async fn write_movements(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    order_id: Uuid,
    movements: Vec<Movement>,
    (actor_kind, actor_id): (ActorKind, Option<Uuid>),
) -> Result<()> {
    if movements.is_empty() {
        return Ok(());
    }
    let now = clock.now();
    let rows = movements
        .into_iter()
        .map(|movement| stock_movement::ActiveModel {
            id: Set(clock.new_id()),
            variant_id: Set(movement.variant_id),
            warehouse_id: Set(movement.warehouse_id),
            kind: Set(Text(movement.kind)),
            on_hand_delta: Set(movement.on_hand_delta),
            allocated_delta: Set(movement.allocated_delta),
            reason: Set(movement.reason.map(str::to_owned)),
            source_id: Set(Some(order_id)),
            actor_kind: Set(Text(actor_kind)),
            actor_id: Set(actor_id),
            occurred_at: Set(now),
        });
    stock_movement::Entity::insert_many(rows)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
