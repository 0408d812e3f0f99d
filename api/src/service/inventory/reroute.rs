//! Promises of stock go from one warehouse to another.

use std::collections::{BTreeMap, BTreeSet};

use domain::account::ActorKind;
use domain::stock::StockMovementKind;
use entity::{stock_allocation, stock_level};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
};
use uuid::Uuid;

use super::bundle::LineGoods;
use super::error::InventoryError;
use super::reservation::lapse;
use super::scarce::tell_search;
use super::settle::{Movement, keep, write_movements};
use crate::clock::Clock;
use crate::error::Result;

/// Units of an order that are to leave another warehouse.
#[derive(Clone, Debug)]
pub(crate) struct Reroute {
    /// The order.
    pub(crate) order_id: Uuid,
    /// Where they are promised.
    pub(crate) from: Uuid,
    /// Where they are to be promised.
    pub(crate) to: Uuid,
    /// Lines, their variants, and units.
    pub(crate) units: Vec<(Uuid, Uuid, i32)>,
}

/// One change of what a warehouse has promised.
struct Change {
    variant_id: Uuid,
    warehouse_id: Uuid,
    delta: i32,
}

/// Moves promises, all or nothing.
///
/// # Errors
/// [`InventoryError::InsufficientStock`] when the other warehouse has too few; [`InventoryError::NotPromised`]; the caller
/// rolls back.
pub(crate) async fn reroute(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    reroute: &Reroute,
    actor: (ActorKind, Option<Uuid>),
) -> Result<(), InventoryError> {
    let lines = reroute.units.iter().map(|(line_id, _, _)| *line_id);
    let goods = LineGoods::load(transaction, lines).await?;
    // By variant and warehouse: the order in which all writers lock.
    let mut deltas: BTreeMap<(Uuid, Uuid), i32> = BTreeMap::new();
    for (line_id, variant_id, quantity) in &reroute.units {
        move_promise(transaction, clock, reroute, *line_id, *quantity).await?;
        for (variant_id, units) in goods.units(*line_id, *variant_id, *quantity)? {
            for (warehouse_id, delta) in [(reroute.from, -units), (reroute.to, units)] {
                *deltas.entry((variant_id, warehouse_id)).or_default() += delta;
            }
        }
    }
    let now = clock.db_now(transaction).await?;
    let variants: BTreeSet<Uuid> = deltas.keys().map(|(variant_id, _)| *variant_id).collect();
    let variants: Vec<Uuid> = variants.into_iter().collect();
    lapse(transaction, clock, &variants, now).await?;
    let changes: Vec<Change> = deltas
        .into_iter()
        .map(|((variant_id, warehouse_id), delta)| Change {
            variant_id,
            warehouse_id,
            delta,
        })
        .collect();
    let mut movements = Vec::with_capacity(changes.len());
    for change in &changes {
        count(transaction, clock, change).await?;
        movements.push(Movement {
            variant_id: change.variant_id,
            warehouse_id: change.warehouse_id,
            kind: if change.delta > 0 {
                StockMovementKind::Allocation
            } else {
                StockMovementKind::Release
            },
            on_hand_delta: 0,
            allocated_delta: change.delta,
            reason: Some("sent from another warehouse"),
        });
    }
    write_movements(transaction, clock, reroute.order_id, movements, actor).await?;
    tell_search(transaction, clock, variants).await?;
    Ok(())
}

async fn move_promise(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    reroute: &Reroute,
    line_id: Uuid,
    quantity: i32,
) -> Result<(), InventoryError> {
    use stock_allocation::{ActiveModel, Column, Entity};
    let promise = Entity::find()
        .filter(Column::OrderLineId.eq(line_id))
        .filter(Column::WarehouseId.eq(reroute.from))
        .one(transaction)
        .await?;
    let promise = promise.ok_or(InventoryError::NotPromised { line_id })?;
    keep(transaction, &promise, quantity).await?;
    let row = ActiveModel {
        id: Set(clock.new_id()),
        order_id: Set(promise.order_id),
        order_line_id: Set(line_id),
        variant_id: Set(promise.variant_id),
        warehouse_id: Set(reroute.to),
        quantity: Set(quantity),
    };
    let grown = OnConflict::columns([Column::OrderLineId, Column::WarehouseId])
        .value(
            Column::Quantity,
            Expr::col((Entity, Column::Quantity)).add(quantity),
        )
        .to_owned();
    Entity::insert(row)
        .on_conflict(grown)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

/// Counts a promise at its warehouse: more only as far as there is stock, or backorders are allowed.
async fn count(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    change: &Change,
) -> Result<(), InventoryError> {
    use stock_level::Column;
    let mut update = stock_level::Entity::update_many()
        .col_expr(
            Column::Allocated,
            Expr::col(Column::Allocated).add(change.delta),
        )
        .col_expr(Column::UpdatedAt, Expr::value(clock.now()))
        .filter(Column::VariantId.eq(change.variant_id))
        .filter(Column::WarehouseId.eq(change.warehouse_id));
    if change.delta > 0 {
        update = update.filter(stock_level::available().gte(change.delta));
    }
    if update.exec(transaction).await?.rows_affected == 1 {
        Ok(())
    } else {
        Err(InventoryError::InsufficientStock {
            variant_id: change.variant_id,
        })
    }
}
