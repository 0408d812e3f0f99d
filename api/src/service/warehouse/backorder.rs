//! How many units may be promised beyond those in a house, and when they should arrive.

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use domain::stock::{MAX_BACKORDER_LIMIT, StockCounters};
use entity::stock_level;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};
use serde::Serialize;

use super::error::StockError;
use super::level::{announce, ensure_level, load_levels, make_room};
use super::place::{bound, find_places, in_id_order};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

/// What may be backordered at one place.
#[derive(Clone, Debug, Serialize)]
pub struct Backorder {
    /// SKU of the variant.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Units that may be promised beyond those in the house.
    pub limit: i32,
    /// When they should arrive; null when nobody knows.
    pub expected_at: Option<DateTime<Utc>>,
}

/// The request to allow backorders.
#[derive(Clone, Debug, Serialize)]
pub struct SetBackorders {
    /// What may be backordered.
    pub backorders: Vec<Backorder>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// Sets what may be backordered; all rows or none.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_WRITE`; every variant of [`StockError`].
pub async fn set_backorders(
    app: &AppState,
    viewer: &Viewer,
    command: &SetBackorders,
) -> Result<Vec<stock_level::Model>, StockError> {
    viewer.require(Permission::StockWrite)?;
    bound(command.backorders.len(), "backorders")?;
    for (index, backorder) in command.backorders.iter().enumerate() {
        if !(0..=MAX_BACKORDER_LIMIT).contains(&backorder.limit) {
            let message = format!("0 to {MAX_BACKORDER_LIMIT}");
            return Err(refused(index, "limit", message).into());
        }
    }
    app.database.retry(|| set_once(app, viewer, command)).await
}

async fn set_once(
    app: &AppState,
    viewer: &Viewer,
    command: &SetBackorders,
) -> Result<Vec<stock_level::Model>, StockError> {
    let transaction = app.database.begin().await?;
    let rows = command
        .backorders
        .iter()
        .map(|row| (row.sku.as_str(), row.warehouse_code.as_str()));
    let places = find_places(&transaction, rows).await?;
    let actor = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor, "stockBackorderSet", key, command)?;
    let repeated = request.claim(&transaction, &app.clock, &()).await?;
    if repeated.is_some() {
        return load_levels(&transaction, &places).await;
    }
    check_dates(app, command)?;
    for place in in_id_order(&places) {
        let Some(backorder) = command.backorders.get(place.index) else {
            continue;
        };
        let level = ensure_level(app, &transaction, place).await?;
        if !write(&transaction, app, &level, backorder).await? {
            return Err(StockError::InsufficientStock {
                index: place.index,
                sku: backorder.sku.clone(),
            });
        }
    }
    announce(app, &transaction, &places).await?;
    let levels = load_levels(&transaction, &places).await?;
    transaction.commit().await?;
    Ok(levels)
}

/// Dates are judged once, at the first request with a key: its repeats get its answer however late they come.
fn check_dates(app: &AppState, command: &SetBackorders) -> Result<(), Error> {
    let now = app.clock.now();
    for (index, backorder) in command.backorders.iter().enumerate() {
        if backorder.expected_at.is_some_and(|date| date <= now) {
            return Err(refused(index, "expectedAt", "ahead"));
        }
    }
    Ok(())
}

fn refused(index: usize, field: &str, message: impl Into<String>) -> Error {
    Error::invalid(&["backorders", &index.to_string(), field], message)
}

/// Changes a locked level unless more is promised than its new limit allows. What carts hold gives way.
async fn write(
    transaction: &DatabaseTransaction,
    app: &AppState,
    level: &stock_level::Model,
    backorder: &Backorder,
) -> Result<bool, StockError> {
    use stock_level::Column;
    let limited = StockCounters {
        backorder_limit: backorder.limit,
        ..level.counters()
    };
    make_room(transaction, app, level, limited.missing_after(0)).await?;
    let promised = Expr::col(Column::Allocated).add(Expr::col(Column::Reserved));
    let done = stock_level::Entity::update_many()
        .col_expr(Column::BackorderLimit, Expr::value(backorder.limit))
        .col_expr(Column::ExpectedAt, Expr::value(backorder.expected_at))
        .col_expr(Column::UpdatedAt, Expr::value(app.clock.now()))
        .filter(stock_level::COLUMN.id.eq(level.id))
        .filter(promised.lte(Expr::col(Column::OnHand).add(backorder.limit)))
        .exec(transaction)
        .await?;
    Ok(done.rows_affected == 1)
}
