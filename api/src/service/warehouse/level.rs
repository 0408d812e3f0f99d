//! Units are added, taken or counted anew. The database decides: a guarded UPDATE per level, in the order of ids.

use std::collections::{BTreeSet, HashMap};

use domain::permission::Permission;
use domain::stock::StockMovementKind;
use entity::{product_variant, stock_level, stock_movement, warehouse};
use sea_orm::sea_query::{Expr, LockType};
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter,
    QuerySelect,
};
use serde::Serialize;
use uuid::Uuid;

use super::error::StockError;
use crate::auth::Viewer;
use crate::error::Error;
use crate::job::{self, Job};
use crate::service::idempotency;
use crate::state::AppState;

/// Most rows in one call.
const MAX_ROWS: usize = 500;
/// Longest reason, in characters.
const MAX_REASON: usize = 500;

/// Units to add or take at one place.
#[derive(Clone, Debug, Serialize)]
pub struct Adjustment {
    /// SKU of the variant.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Signed units, not 0.
    pub quantity: i32,
}

/// The request to adjust.
#[derive(Clone, Debug, Serialize)]
pub struct AdjustStock {
    /// What to add or take.
    pub adjustments: Vec<Adjustment>,
    /// Why.
    pub reason: String,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Absolute figures of one place, as a back office counts them.
#[derive(Clone, Debug, Serialize)]
pub struct LevelFigures {
    /// SKU of the variant.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Units in the house.
    pub on_hand: i32,
    /// Units on the way in; kept when left out.
    pub incoming: Option<i32>,
    /// Units never sold; kept when left out.
    pub safety: Option<i32>,
    /// Counter of the source: figures not newer than the last ones are skipped.
    pub source_version: i64,
}

/// The request to set.
#[derive(Clone, Debug, Serialize)]
pub struct SetStock {
    /// The figures.
    pub levels: Vec<LevelFigures>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// What became of a request to set.
#[derive(Clone, Debug)]
pub struct StockSet {
    /// Levels of all rows, as they are now, in the order asked.
    pub levels: Vec<stock_level::Model>,
    /// SKUs whose present figure is newer.
    pub skipped_skus: Vec<String>,
}

/// Adds or takes units; all rows or none.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_WRITE`; every variant of [`StockError`].
pub async fn adjust_stock(
    app: &AppState,
    viewer: &Viewer,
    command: &AdjustStock,
) -> Result<Vec<stock_level::Model>, StockError> {
    viewer.require(Permission::StockWrite)?;
    bound(command.adjustments.len(), "adjustments")?;
    if command.reason.trim().is_empty() || command.reason.chars().count() > MAX_REASON {
        return Err(Error::invalid(&["reason"], format!("1 to {MAX_REASON} characters")).into());
    }
    for (index, adjustment) in command.adjustments.iter().enumerate() {
        if adjustment.quantity == 0 {
            return Err(
                Error::invalid(&["adjustments", &index.to_string(), "quantity"], "not 0").into(),
            );
        }
    }
    app.database
        .retry(|| adjust_once(app, viewer, command))
        .await
}

async fn adjust_once(
    app: &AppState,
    viewer: &Viewer,
    command: &AdjustStock,
) -> Result<Vec<stock_level::Model>, StockError> {
    let transaction = app.database.begin().await?;
    let rows = command
        .adjustments
        .iter()
        .map(|row| (row.sku.as_str(), row.warehouse_code.as_str()));
    let places = find_places(&transaction, rows).await?;
    let actor = viewer.idempotency_actor("");
    let request =
        idempotency::Request::try_new(&actor, "stockAdjust", &command.idempotency_key, command)?;
    if request
        .claim(&transaction, &app.clock, &())
        .await?
        .is_none()
    {
        for place in in_id_order(&places) {
            let Some(adjustment) = command.adjustments.get(place.index) else {
                continue;
            };
            let level = ensure_level(app, &transaction, place).await?;
            let taken = change(&transaction, app, level.id, |on_hand| {
                on_hand.add(adjustment.quantity)
            })
            .await?;
            if !taken {
                return Err(StockError::InsufficientStock {
                    index: place.index,
                    sku: adjustment.sku.clone(),
                });
            }
            let reason = Some(command.reason.trim().to_owned());
            record(
                app,
                viewer,
                &transaction,
                place,
                StockMovementKind::Adjustment,
                adjustment.quantity,
                reason,
            )
            .await?;
        }
        announce(app, &transaction, &places).await?;
    }
    let levels = load_levels(&transaction, &places).await?;
    transaction.commit().await?;
    Ok(levels)
}

/// Takes over absolute figures; rows with older ones are skipped, all others are written or none.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_WRITE`; every variant of [`StockError`].
pub async fn set_stock(
    app: &AppState,
    viewer: &Viewer,
    command: &SetStock,
) -> Result<StockSet, StockError> {
    viewer.require(Permission::StockWrite)?;
    bound(command.levels.len(), "levels")?;
    for (index, level) in command.levels.iter().enumerate() {
        for (field, value) in [
            ("onHand", Some(level.on_hand)),
            ("incoming", level.incoming),
            ("safety", level.safety),
        ] {
            if value.is_some_and(|units| units < 0) {
                return Err(
                    Error::invalid(&["levels", &index.to_string(), field], "not below 0").into(),
                );
            }
        }
    }
    app.database.retry(|| set_once(app, viewer, command)).await
}

async fn set_once(
    app: &AppState,
    viewer: &Viewer,
    command: &SetStock,
) -> Result<StockSet, StockError> {
    let transaction = app.database.begin().await?;
    let places = find_places(
        &transaction,
        command
            .levels
            .iter()
            .map(|row| (row.sku.as_str(), row.warehouse_code.as_str())),
    )
    .await?;
    let actor = viewer.idempotency_actor("");
    let request =
        idempotency::Request::try_new(&actor, "stockSet", &command.idempotency_key, command)?;
    let mut skipped = BTreeSet::new();
    let claimed: Option<BTreeSet<usize>> = {
        let newer = newer_rows(&transaction, command, &places).await?;
        request.claim(&transaction, &app.clock, &newer).await?
    };
    if let Some(first_answer) = claimed {
        skipped = first_answer;
    } else {
        for place in in_id_order(&places) {
            let Some(figures) = command.levels.get(place.index) else {
                continue;
            };
            if !take_over(app, viewer, &transaction, place, figures).await? {
                skipped.insert(place.index);
            }
        }
        announce(app, &transaction, &places).await?;
    }
    let levels = load_levels(&transaction, &places).await?;
    transaction.commit().await?;
    let skipped_skus = command
        .levels
        .iter()
        .enumerate()
        .filter(|(index, _)| skipped.contains(index))
        .map(|(_, row)| row.sku.clone())
        .collect();
    Ok(StockSet {
        levels,
        skipped_skus,
    })
}

/// Rows whose level has a figure at least as new; locks the levels, so that the answer still holds when they are written.
async fn newer_rows(
    transaction: &DatabaseTransaction,
    command: &SetStock,
    places: &[Place],
) -> Result<BTreeSet<usize>, StockError> {
    let levels: HashMap<(Uuid, Uuid), Option<i64>> = locked_levels(transaction, places)
        .await?
        .into_iter()
        .map(|level| ((level.variant_id, level.warehouse_id), level.source_version))
        .collect();
    Ok(places
        .iter()
        .filter(|place| {
            let present = levels
                .get(&(place.variant_id, place.warehouse_id))
                .copied()
                .flatten();
            let offered = command
                .levels
                .get(place.index)
                .map(|figures| figures.source_version);
            present
                .zip(offered)
                .is_some_and(|(present, offered)| present >= offered)
        })
        .map(|place| place.index)
        .collect())
}

async fn take_over(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    place: &Place,
    figures: &LevelFigures,
) -> Result<bool, StockError> {
    let level = ensure_level(app, transaction, place).await?;
    if level
        .source_version
        .is_some_and(|present| present >= figures.source_version)
    {
        return Ok(false);
    }
    if !change(transaction, app, level.id, |_| Expr::value(figures.on_hand)).await? {
        return Err(StockError::InsufficientStock {
            index: place.index,
            sku: figures.sku.clone(),
        });
    }
    let mut rest = stock_level::ActiveModel {
        id: Set(level.id),
        source_version: Set(Some(figures.source_version)),
        ..Default::default()
    };
    crate::service::settings::assign(&mut rest.incoming, figures.incoming);
    crate::service::settings::assign(&mut rest.safety, figures.safety);
    rest.update(transaction).await?;
    let delta = figures
        .on_hand
        .checked_sub(level.on_hand)
        .ok_or_else(|| Error::internal("stock overflows"))?;
    record(
        app,
        viewer,
        transaction,
        place,
        StockMovementKind::Set,
        delta,
        None,
    )
    .await?;
    Ok(true)
}

/// A row of the input and what it is about.
#[derive(Clone, Debug)]
struct Place {
    index: usize,
    variant_id: Uuid,
    product_id: Uuid,
    warehouse_id: Uuid,
}

fn bound(rows: usize, list: &str) -> Result<(), Error> {
    if rows == 0 || rows > MAX_ROWS {
        return Err(Error::invalid(&[list], format!("1 to {MAX_ROWS} rows")));
    }
    Ok(())
}

async fn find_places<'a>(
    transaction: &DatabaseTransaction,
    rows: impl Iterator<Item = (&'a str, &'a str)> + Clone,
) -> Result<Vec<Place>, StockError> {
    let skus: BTreeSet<&str> = rows.clone().map(|(sku, _)| sku).collect();
    let codes: BTreeSet<&str> = rows.clone().map(|(_, code)| code).collect();
    let variants = product_variant::Entity::find()
        .filter(product_variant::COLUMN.sku.is_in(skus))
        .all(transaction)
        .await?;
    let variants: HashMap<String, (Uuid, Uuid)> = variants
        .into_iter()
        .map(|row| (row.sku, (row.id, row.product_id)))
        .collect();
    let warehouses = warehouse::Entity::find()
        .filter(warehouse::COLUMN.code.is_in(codes))
        .all(transaction)
        .await?;
    let warehouses: HashMap<String, Uuid> = warehouses
        .into_iter()
        .map(|row| (row.code, row.id))
        .collect();
    let mut seen = BTreeSet::new();
    let mut places = Vec::new();
    for (index, (sku, code)) in rows.enumerate() {
        let (variant_id, product_id) =
            *variants.get(sku).ok_or_else(|| StockError::UnknownSku {
                index,
                sku: sku.to_owned(),
            })?;
        let warehouse_id = *warehouses
            .get(code)
            .ok_or_else(|| StockError::UnknownWarehouse {
                index,
                code: code.to_owned(),
            })?;
        if !seen.insert((variant_id, warehouse_id)) {
            return Err(Error::invalid(&[], format!("{sku} at {code} is given twice")).into());
        }
        places.push(Place {
            index,
            variant_id,
            product_id,
            warehouse_id,
        });
    }
    Ok(places)
}

/// Everybody changes levels in this order, so that two requests never wait for each other.
fn in_id_order(places: &[Place]) -> Vec<&Place> {
    let mut ordered: Vec<&Place> = places.iter().collect();
    ordered.sort_by_key(|place| (place.variant_id, place.warehouse_id));
    ordered
}

async fn ensure_level(
    app: &AppState,
    transaction: &DatabaseTransaction,
    place: &Place,
) -> Result<stock_level::Model, StockError> {
    use sea_orm::sea_query::OnConflict;
    let fresh = stock_level::ActiveModel {
        id: Set(app.clock.new_id()),
        variant_id: Set(place.variant_id),
        warehouse_id: Set(place.warehouse_id),
        on_hand: Set(0),
        allocated: Set(0),
        incoming: Set(0),
        safety: Set(0),
        backorder_limit: Set(0),
        source_version: Set(None),
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

async fn locked_levels(
    transaction: &DatabaseTransaction,
    places: &[Place],
) -> Result<Vec<stock_level::Model>, StockError> {
    use sea_orm::{DbBackend, QueryOrder};
    let mut levels = of_places(places)
        .order_by_asc(stock_level::Column::VariantId)
        .order_by_asc(stock_level::Column::WarehouseId);
    if sea_orm::ConnectionTrait::get_database_backend(transaction) == DbBackend::Postgres {
        levels = levels.lock(LockType::Update);
    }
    Ok(levels.all(transaction).await?)
}

fn of_places(places: &[Place]) -> sea_orm::Select<stock_level::Entity> {
    let variants = places.iter().map(|place| place.variant_id);
    let warehouses = places.iter().map(|place| place.warehouse_id);
    stock_level::Entity::find()
        .filter(stock_level::COLUMN.variant_id.is_in(variants))
        .filter(stock_level::COLUMN.warehouse_id.is_in(warehouses))
}

/// Changes the units in the house unless they would fall below zero or below what is promised.
async fn change(
    transaction: &DatabaseTransaction,
    app: &AppState,
    level_id: Uuid,
    on_hand: impl Fn(Expr) -> Expr,
) -> Result<bool, StockError> {
    let wanted = || on_hand(Expr::col(stock_level::Column::OnHand));
    let done = stock_level::Entity::update_many()
        .col_expr(stock_level::Column::OnHand, wanted())
        .col_expr(stock_level::Column::UpdatedAt, Expr::value(app.clock.now()))
        .filter(stock_level::COLUMN.id.eq(level_id))
        .filter(wanted().gte(0))
        .filter(
            Expr::col(stock_level::Column::Allocated)
                .lte(wanted().add(Expr::col(stock_level::Column::BackorderLimit))),
        )
        .exec(transaction)
        .await?;
    Ok(done.rows_affected == 1)
}

async fn record(
    app: &AppState,
    viewer: &Viewer,
    transaction: &DatabaseTransaction,
    place: &Place,
    kind: StockMovementKind,
    on_hand_delta: i32,
    reason: Option<String>,
) -> Result<(), StockError> {
    let (actor_kind, actor_id) = viewer.actor();
    stock_movement::ActiveModel {
        id: Set(app.clock.new_id()),
        variant_id: Set(place.variant_id),
        warehouse_id: Set(place.warehouse_id),
        kind: Set(kind.into()),
        on_hand_delta: Set(on_hand_delta),
        allocated_delta: Set(0),
        reason: Set(reason),
        source_id: Set(None),
        actor_kind: Set(actor_kind.into()),
        actor_id: Set(actor_id),
        occurred_at: Set(app.clock.now()),
    }
    .insert(transaction)
    .await?;
    Ok(())
}

async fn announce(
    app: &AppState,
    transaction: &DatabaseTransaction,
    places: &[Place],
) -> Result<(), Error> {
    let products: BTreeSet<Uuid> = places.iter().map(|place| place.product_id).collect();
    for product_id in products {
        job::push(transaction, &app.clock, &Job::ProductChanged { product_id }).await?;
    }
    Ok(())
}

async fn load_levels(
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
