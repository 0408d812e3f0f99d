//! Levels are counted anew by a back office. Figures older than the last ones are skipped.

use std::collections::{BTreeSet, HashMap};

use domain::permission::Permission;
use domain::stock::StockMovementKind;
use entity::stock_level;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, DatabaseTransaction};
use serde::Serialize;
use uuid::Uuid;

use super::error::StockError;
use super::level::{Movement, announce, change, ensure_level, load_levels, locked_levels, record};
use super::place::{Place, bound, find_places, in_id_order};
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

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
    let delta = figures
        .on_hand
        .checked_sub(level.on_hand)
        .ok_or_else(|| Error::internal("stock overflows"))?;
    if !change(transaction, app, &level, delta).await? {
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
    let movement = Movement {
        kind: StockMovementKind::Set,
        on_hand_delta: delta,
        reason: None,
    };
    record(app, viewer, transaction, place, movement).await?;
    Ok(true)
}
