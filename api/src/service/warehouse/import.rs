//! Levels are set to what a file says. A figure counts when it is not the one the file said last: what was sold since does
//! not come back with the same file, and a file that goes back to an earlier figure is believed.

use domain::permission::Permission;
use domain::stock::StockMovementKind;
use entity::stock_level;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction};

use super::error::StockError;
use super::level::{Movement, announce, change, ensure_level, record};
use super::place::{Place, find_places, in_id_order};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// What a file says of one place.
#[derive(Clone, Debug)]
pub struct ImportedFigure {
    /// SKU of the variant.
    pub sku: String,
    /// Code of the warehouse.
    pub warehouse_code: String,
    /// Units in the house.
    pub on_hand: i32,
}

/// Figures of a file.
#[derive(Clone, Debug)]
pub struct ImportStock {
    /// The figures.
    pub figures: Vec<ImportedFigure>,
    /// Which file, for the books.
    pub reason: &'static str,
}

/// Takes over the figures that are not those of the last file, all or none; answers whether any unit moved.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_WRITE`; every variant of [`StockError`].
pub async fn import_stock(
    app: &AppState,
    viewer: &Viewer,
    command: &ImportStock,
) -> Result<bool, StockError> {
    viewer.require(Permission::StockWrite)?;
    if command.figures.is_empty() {
        return Ok(false);
    }
    app.database
        .retry(|| import_once(app, viewer, command))
        .await
}

async fn import_once(
    app: &AppState,
    viewer: &Viewer,
    command: &ImportStock,
) -> Result<bool, StockError> {
    let transaction = app.database.begin().await?;
    let rows = command
        .figures
        .iter()
        .map(|figure| (figure.sku.as_str(), figure.warehouse_code.as_str()));
    let places = find_places(&transaction, rows).await?;
    let mut moved = Vec::new();
    for place in in_id_order(&places) {
        let Some(figure) = command.figures.get(place.index) else {
            continue;
        };
        let delta = take_over(app, &transaction, place, figure).await?;
        if delta == 0 {
            continue;
        }
        let movement = Movement {
            kind: StockMovementKind::Set,
            on_hand_delta: delta,
            reason: Some(command.reason.to_owned()),
        };
        record(app, viewer, &transaction, place, movement).await?;
        moved.push(place.clone());
    }
    announce(app, &transaction, &moved).await?;
    transaction.commit().await?;
    Ok(!moved.is_empty())
}

/// Sets a level to a new figure and remembers it; answers the units that came or went.
async fn take_over(
    app: &AppState,
    transaction: &DatabaseTransaction,
    place: &Place,
    figure: &ImportedFigure,
) -> Result<i32, StockError> {
    let level = ensure_level(app, transaction, place).await?;
    if level.imported_on_hand == Some(figure.on_hand) {
        return Ok(0);
    }
    let delta = figure.on_hand.checked_sub(level.on_hand);
    let delta = delta.ok_or_else(|| Error::internal("stock overflows"))?;
    if !change(transaction, app, &level, delta).await? {
        return Err(StockError::InsufficientStock {
            index: place.index,
            sku: figure.sku.clone(),
        });
    }
    let remembered = stock_level::ActiveModel {
        id: Set(level.id),
        imported_on_hand: Set(Some(figure.on_hand)),
        ..Default::default()
    };
    remembered.update(transaction).await?;
    Ok(delta)
}
