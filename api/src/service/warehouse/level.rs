//! Levels and their movements: locked in the order of ids, changed by guarded UPDATEs, each change written down.

use std::collections::HashMap;

use domain::stock::StockMovementKind;
use entity::{stock_level, stock_movement};
use sea_orm::sea_query::{Expr, LockType, OnConflict};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ConnectionTrait, DatabaseTransaction, DbBackend,
    EntityTrait, ExprTrait, QueryFilter, QueryOrder, QuerySelect, Select,
};
use uuid::Uuid;

use super::error::StockError;
use super::place::Place;
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::inventory;
use crate::state::AppState;

/// A change of the units in the house, for the books.
pub(super) struct Movement {
    pub(super) kind: StockMovementKind,
    pub(super) on_hand_delta: i32,
    pub(super) reason: Option<String>,
}

pub(super) async fn ensure_level(
    app: &AppState,
    transaction: &DatabaseTransaction,
    place: &Place,
) -> Result<stock_level::Model, StockError> {
    let fresh = stock_level::ActiveModel {
        id: Set(app.clock.new_id()),
        variant_id: Set(place.variant_id),
        warehouse_id: Set(place.warehouse_id),
        on_hand: Set(0),
        allocated: Set(0),
        reserved: Set(0),
        incoming: Set(0),
        safety: Set(0),
        backorder_limit: Set(0),
        expected_at: Set(None),
        source_version: Set(None),
        imported_on_hand: Set(None),
        updated_at: Set(app.clock.now()),
    };
    let present = OnConflict::columns([
        stock_level::Column::VariantId,
        stock_level::Column::WarehouseId,
    ])
    .do_nothing()
    .to_owned();
    stock_level::Entity::insert(fresh)
        .on_conflict(present)
        .exec_without_returning(transaction)
        .await?;
    let mut level = locked_levels(transaction, std::slice::from_ref(place)).await?;
    Ok(level.pop().ok_or(Error::NotFound("stock level"))?)
}

pub(super) async fn locked_levels(
    transaction: &DatabaseTransaction,
    places: &[Place],
) -> Result<Vec<stock_level::Model>, StockError> {
    let mut levels = of_places(places)
        .order_by_asc(stock_level::Column::VariantId)
        .order_by_asc(stock_level::Column::WarehouseId);
    if transaction.get_database_backend() == DbBackend::Postgres {
        levels = levels.lock(LockType::Update);
    }
    Ok(levels.all(transaction).await?)
}

fn of_places(places: &[Place]) -> Select<stock_level::Entity> {
    let variants = places.iter().map(|place| place.variant_id);
    let warehouses = places.iter().map(|place| place.warehouse_id);
    stock_level::Entity::find()
        .filter(stock_level::COLUMN.variant_id.is_in(variants))
        .filter(stock_level::COLUMN.warehouse_id.is_in(warehouses))
}

/// Changes the units in the house of a locked level unless they would fall below zero or below what is promised. What
/// carts hold gives way: units that are not there cannot be held.
pub(super) async fn change(
    transaction: &DatabaseTransaction,
    app: &AppState,
    level: &stock_level::Model,
    delta: i32,
) -> Result<bool, StockError> {
    use stock_level::Column;
    make_room(
        transaction,
        app,
        level,
        level.counters().missing_after(delta),
    )
    .await?;
    let on_hand = || Expr::col(Column::OnHand).add(delta);
    let bound = Expr::col(Column::Allocated).add(Expr::col(Column::Reserved));
    let done = stock_level::Entity::update_many()
        .col_expr(Column::OnHand, on_hand())
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .filter(stock_level::COLUMN.id.eq(level.id))
        .filter(on_hand().gte(0))
        .filter(bound.lte(on_hand().add(Expr::col(Column::BackorderLimit))))
        .exec(transaction)
        .await?;
    Ok(done.rows_affected == 1)
}

/// Ends holds at a locked level as far as units go missing by a change of it.
pub(super) async fn make_room(
    transaction: &DatabaseTransaction,
    app: &AppState,
    level: &stock_level::Model,
    missing: i64,
) -> Result<(), Error> {
    if missing > 0 && level.reserved > 0 {
        inventory::give_way(transaction, &app.clock, level, missing).await?;
    }
    Ok(())
}

pub(super) async fn record(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    place: &Place,
    movement: Movement,
) -> Result<(), StockError> {
    let (actor_kind, actor_id) = viewer.actor();
    stock_movement::ActiveModel {
        id: Set(app.clock.new_id()),
        variant_id: Set(place.variant_id),
        warehouse_id: Set(place.warehouse_id),
        kind: Set(movement.kind.into()),
        on_hand_delta: Set(movement.on_hand_delta),
        allocated_delta: Set(0),
        reason: Set(movement.reason),
        source_id: Set(None),
        actor_kind: Set(actor_kind.into()),
        actor_id: Set(actor_id),
        occurred_at: Set(app.clock.now()),
    }
    .insert(transaction)
    .await?;
    Ok(())
}

pub(super) async fn announce(
    app: &AppState,
    transaction: &DatabaseTransaction,
    places: &[Place],
) -> Result<(), Error> {
    let variants = places.iter().map(|place| place.variant_id);
    inventory::tell_search(transaction, &app.clock, variants).await
}

pub(super) async fn load_levels(
    transaction: &DatabaseTransaction,
    places: &[Place],
) -> Result<Vec<stock_level::Model>, StockError> {
    let found = of_places(places).all(transaction).await?;
    let by_place: HashMap<(Uuid, Uuid), stock_level::Model> = found
        .into_iter()
        .map(|level| ((level.variant_id, level.warehouse_id), level))
        .collect();
    Ok(places
        .iter()
        .filter_map(|place| {
            by_place
                .get(&(place.variant_id, place.warehouse_id))
                .cloned()
        })
        .collect())
}
