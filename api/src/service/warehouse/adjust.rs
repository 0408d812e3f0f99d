//! Units are added or taken. The database decides: a guarded UPDATE per level, in the order of ids.

use domain::permission::Permission;
use domain::stock::StockMovementKind;
use entity::stock_level;
use serde::Serialize;

use super::error::StockError;
use super::level::{Movement, announce, change, ensure_level, load_levels, record};
use super::place::{bound, find_places, in_id_order};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

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
    let repeated = request.claim(&transaction, &app.clock, &()).await?;
    if repeated.is_some() {
        return load_levels(&transaction, &places).await;
    }
    for place in in_id_order(&places) {
        let Some(adjustment) = command.adjustments.get(place.index) else {
            continue;
        };
        let level = ensure_level(app, &transaction, place).await?;
        if !change(&transaction, app, &level, adjustment.quantity).await? {
            return Err(StockError::InsufficientStock {
                index: place.index,
                sku: adjustment.sku.clone(),
            });
        }
        let movement = Movement {
            kind: StockMovementKind::Adjustment,
            on_hand_delta: adjustment.quantity,
            reason: Some(command.reason.trim().to_owned()),
        };
        record(app, viewer, &transaction, place, movement).await?;
    }
    announce(app, &transaction, &places).await?;
    let levels = load_levels(&transaction, &places).await?;
    transaction.commit().await?;
    Ok(levels)
}
