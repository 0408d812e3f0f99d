//! Reads warehouses, stock levels, movements and holds for staff.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::id::{StockLevelId, StockMovementId, StockReservationId, TypedId, WarehouseId};
use domain::permission::Permission;
use entity::{product_variant, stock_level, stock_movement, stock_reservation, warehouse};
use sea_orm::sea_query::Expr;
use sea_orm::{
    EntityTrait, ExprTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait,
};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::page::{Page, PageRequest, SortKey};
use crate::state::AppState;

/// Narrows stock; all given parts must hold.
#[derive(Clone, Debug, Default)]
pub struct StockFilter {
    /// Any of these SKUs.
    pub skus: Option<Vec<String>>,
    /// Any of these warehouses.
    pub warehouse_ids: Option<Vec<WarehouseId>>,
    /// Changed from this instant on.
    pub changed_from: Option<DateTime<Utc>>,
    /// Changed before this instant.
    pub changed_until: Option<DateTime<Utc>>,
    /// Only at or below safety stock.
    pub low: bool,
}

/// All warehouses by priority.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`.
pub async fn list_warehouses(app: &AppState, viewer: &Viewer) -> Result<Vec<warehouse::Model>> {
    viewer.require(Permission::StockRead)?;
    let ordered = warehouse::Entity::find()
        .order_by_asc(warehouse::Column::Priority)
        .order_by_asc(warehouse::Column::Code);
    Ok(ordered.all(app.database.read()).await?)
}

/// One warehouse.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`, [`Error::NotFound`].
pub async fn find_warehouse(
    app: &AppState,
    viewer: &Viewer,
    id: WarehouseId,
) -> Result<warehouse::Model> {
    viewer.require(Permission::StockRead)?;
    warehouse::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("warehouse"))
}

/// One stock level.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`, [`Error::NotFound`].
pub async fn find_level(
    app: &AppState,
    viewer: &Viewer,
    id: StockLevelId,
) -> Result<stock_level::Model> {
    viewer.require(Permission::StockRead)?;
    stock_level::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("stock level"))
}

/// One stock movement.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`, [`Error::NotFound`].
pub async fn find_movement(
    app: &AppState,
    viewer: &Viewer,
    id: StockMovementId,
) -> Result<stock_movement::Model> {
    viewer.require(Permission::StockRead)?;
    stock_movement::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("stock movement"))
}

/// One hold of a cart.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`, [`Error::NotFound`].
pub async fn find_reservation(
    app: &AppState,
    viewer: &Viewer,
    id: StockReservationId,
) -> Result<stock_reservation::Model> {
    viewer.require(Permission::StockRead)?;
    stock_reservation::Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("stock reservation"))
}

/// Warehouses by id; reached only through objects the viewer may see.
///
/// # Errors
/// When the database cannot be read.
pub async fn warehouses_by_id(
    app: &AppState,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, warehouse::Model>> {
    let found = warehouse::Entity::find()
        .filter(warehouse::COLUMN.id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?;
    Ok(found.into_iter().map(|row| (row.id, row)).collect())
}

/// Stock levels of variants, for each by warehouse.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`.
pub async fn levels_by_variant(
    app: &AppState,
    viewer: &Viewer,
    variant_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<stock_level::Model>>> {
    viewer.require(Permission::StockRead)?;
    let found = stock_level::Entity::find()
        .filter(
            stock_level::COLUMN
                .variant_id
                .is_in(variant_ids.iter().copied()),
        )
        .order_by_asc(stock_level::Column::WarehouseId)
        .all(app.database.read())
        .await?;
    let mut by_variant: HashMap<Uuid, Vec<stock_level::Model>> = HashMap::new();
    for level in found {
        by_variant.entry(level.variant_id).or_default().push(level);
    }
    Ok(by_variant)
}

/// Stock levels, in the order they were first filled.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list_levels(
    app: &AppState,
    viewer: &Viewer,
    filter: StockFilter,
    page: &PageRequest,
) -> Result<Page<stock_level::Model>> {
    viewer.require(Permission::StockRead)?;
    let mut levels = stock_level::Entity::find();
    if let Some(skus) = filter.skus {
        levels = levels.filter(
            stock_level::COLUMN
                .variant_id
                .in_subquery(variants_of(skus)),
        );
    }
    if let Some(ids) = filter.warehouse_ids {
        levels = levels.filter(
            stock_level::COLUMN
                .warehouse_id
                .is_in(ids.into_iter().map(TypedId::uuid)),
        );
    }
    if let Some(from) = filter.changed_from {
        levels = levels.filter(stock_level::COLUMN.updated_at.gte(from));
    }
    if let Some(until) = filter.changed_until {
        levels = levels.filter(stock_level::COLUMN.updated_at.lt(until));
    }
    if filter.low {
        let unpromised = Expr::col(stock_level::Column::OnHand)
            .sub(Expr::col(stock_level::Column::Allocated))
            .sub(Expr::col(stock_level::Column::Reserved));
        levels = levels.filter(unpromised.lte(Expr::col(stock_level::Column::Safety)));
    }
    let total = if page.with_total {
        Some(levels.clone().count(app.database.read()).await?)
    } else {
        None
    };
    let keys = vec![SortKey::asc(
        stock_level::Column::Id,
        page.position::<Uuid>()?,
    )];
    let rows = page.apply(levels, keys).all(app.database.read()).await?;
    page.page(rows, total, |row| row.id)
}

/// Changes of stock, newest first.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list_movements(
    app: &AppState,
    viewer: &Viewer,
    filter: StockFilter,
    page: &PageRequest,
) -> Result<Page<stock_movement::Model>> {
    viewer.require(Permission::StockRead)?;
    if filter.low {
        return Err(Error::invalid(
            &["filter", "low"],
            "`low` narrows stock levels, not movements",
        ));
    }
    let mut movements = stock_movement::Entity::find();
    if let Some(skus) = filter.skus {
        movements = movements.filter(
            stock_movement::COLUMN
                .variant_id
                .in_subquery(variants_of(skus)),
        );
    }
    if let Some(ids) = filter.warehouse_ids {
        movements = movements.filter(
            stock_movement::COLUMN
                .warehouse_id
                .is_in(ids.into_iter().map(TypedId::uuid)),
        );
    }
    if let Some(from) = filter.changed_from {
        movements = movements.filter(stock_movement::COLUMN.occurred_at.gte(from));
    }
    if let Some(until) = filter.changed_until {
        movements = movements.filter(stock_movement::COLUMN.occurred_at.lt(until));
    }
    let keys = SortKey::newest_first(stock_movement::Column::Id, page.position::<Uuid>()?);
    let rows = page.apply(movements, keys).all(app.database.read()).await?;
    page.page(rows, None, |row| row.id)
}

/// What carts hold, soonest to lapse first.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`; [`Error::Invalid`] for a broken cursor.
pub async fn list_reservations(
    app: &AppState,
    viewer: &Viewer,
    filter: StockFilter,
    page: &PageRequest,
) -> Result<Page<stock_reservation::Model>> {
    use stock_reservation::{COLUMN, Column};
    viewer.require(Permission::StockRead)?;
    if filter.low {
        return Err(Error::invalid(
            &["filter", "low"],
            "`low` narrows stock levels, not reservations",
        ));
    }
    let mut held = stock_reservation::Entity::find();
    if let Some(skus) = filter.skus {
        held = held.filter(COLUMN.variant_id.in_subquery(variants_of(skus)));
    }
    if let Some(ids) = filter.warehouse_ids {
        held = held.filter(
            COLUMN
                .warehouse_id
                .is_in(ids.into_iter().map(TypedId::uuid)),
        );
    }
    if let Some(from) = filter.changed_from {
        held = held.filter(COLUMN.changed_at.gte(from));
    }
    if let Some(until) = filter.changed_until {
        held = held.filter(COLUMN.changed_at.lt(until));
    }
    let at = page.position::<(DateTime<Utc>, Uuid)>()?;
    let keys = vec![
        SortKey::asc(Column::ExpiresAt, at.map(|(expires_at, _)| expires_at)),
        SortKey::asc(Column::Id, at.map(|(_, id)| id)),
    ];
    let rows = page.apply(held, keys).all(app.database.read()).await?;
    page.page(rows, None, |row| (row.expires_at, row.id))
}

fn variants_of(skus: Vec<String>) -> sea_orm::sea_query::SelectStatement {
    product_variant::Entity::find()
        .select_only()
        .column(product_variant::Column::Id)
        .filter(product_variant::COLUMN.sku.is_in(skus))
        .into_query()
}
