//! From when on variants may leave that are sold before.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use domain::stock::{MAX_PRESALE, ahead};
use entity::{presale, product_variant};
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder,
    QuerySelect,
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::error::StockError;
use super::place::bound;
use crate::auth::Viewer;
use crate::error::Error;
use crate::service::idempotency;
use crate::state::AppState;

/// A variant's presale.
#[derive(Clone, Debug, Serialize)]
pub struct Presale {
    /// SKU of the variant.
    pub sku: String,
    /// No unit leaves before this; null when it need not wait any more.
    pub ships_at: Option<DateTime<Utc>>,
}

/// The request to set presales.
#[derive(Clone, Debug, Serialize)]
pub struct SetPresales {
    /// Variants and their dates.
    pub presales: Vec<Presale>,
    /// Unique per request.
    #[serde(skip)]
    pub idempotency_key: String,
}

/// What the idempotency key remembers.
#[derive(Serialize, Deserialize)]
struct Done {
    variants: Vec<Uuid>,
}

/// Sets from when on variants may leave; all rows or none. Answers the variants in the order of the rows. Orders that wait are told
/// by [`crate::service::presale::follow_moved`].
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_WRITE`; [`Error::Invalid`] for a date that is not ahead, or too far, or a SKU that is given twice;
/// [`StockError::UnknownSku`].
pub async fn set_presales(
    app: &AppState,
    viewer: &Viewer,
    command: &SetPresales,
) -> Result<Vec<Uuid>, StockError> {
    viewer.require(Permission::StockWrite)?;
    bound(command.presales.len(), "presales")?;
    let mut seen = BTreeSet::new();
    for (index, row) in command.presales.iter().enumerate() {
        if !seen.insert(row.sku.as_str()) {
            return Err(refused(index, "sku", "given twice").into());
        }
    }
    app.database.retry(|| set_once(app, viewer, command)).await
}

fn refused(index: usize, field: &str, message: &str) -> Error {
    Error::invalid(&["presales", &index.to_string(), field], message)
}

async fn set_once(
    app: &AppState,
    viewer: &Viewer,
    command: &SetPresales,
) -> Result<Vec<Uuid>, StockError> {
    let transaction = app.database.begin().await?;
    let variants = find_variants(&transaction, &command.presales).await?;
    let actor = viewer.idempotency_actor("");
    let key = &command.idempotency_key;
    let request = idempotency::Request::try_new(&actor, "stockPresaleSet", key, command)?;
    let done = Done { variants };
    if let Some(first) = request.claim(&transaction, &app.clock, &done).await? {
        return Ok(first.variants);
    }
    let now = app.clock.db_now(&transaction).await?;
    let mut dates = Vec::with_capacity(done.variants.len());
    for (index, (variant_id, row)) in done.variants.iter().zip(&command.presales).enumerate() {
        let is_near = |date: DateTime<Utc>| date > now && date <= now + MAX_PRESALE;
        if !row.ships_at.is_none_or(is_near) {
            let message = format!("ahead, by at most {} days", MAX_PRESALE.num_days());
            return Err(refused(index, "shipsAt", &message).into());
        }
        dates.push((*variant_id, row.ships_at));
    }
    // Two requests lock in the same order.
    dates.sort_by_key(|(variant_id, _)| *variant_id);
    let stored = presale::Entity::find()
        .filter(presale::Column::VariantId.is_in(done.variants.iter().copied()))
        .order_by_asc(presale::Column::VariantId)
        .lock_exclusive()
        .all(&transaction)
        .await?;
    let stored: HashMap<Uuid, Option<DateTime<Utc>>> = stored
        .into_iter()
        .map(|row| (row.variant_id, ahead(row.ships_at, now)))
        .collect();
    for (variant_id, ships_at) in dates {
        if stored.get(&variant_id).copied().flatten() != ships_at {
            write(&transaction, variant_id, ships_at, now).await?;
        }
    }
    transaction.commit().await?;
    Ok(done.variants)
}

/// The variants of the rows, in their order.
async fn find_variants(
    transaction: &DatabaseTransaction,
    rows: &[Presale],
) -> Result<Vec<Uuid>, StockError> {
    let found: Vec<(String, Uuid)> = product_variant::Entity::find()
        .select_only()
        .columns([product_variant::Column::Sku, product_variant::Column::Id])
        .filter(product_variant::Column::Sku.is_in(rows.iter().map(|row| row.sku.as_str())))
        .into_tuple()
        .all(transaction)
        .await?;
    let found: HashMap<String, Uuid> = found.into_iter().collect();
    let variant = |(index, row): (usize, &Presale)| {
        let unknown = || StockError::UnknownSku {
            index,
            sku: row.sku.clone(),
        };
        found.get(&row.sku).copied().ok_or_else(unknown)
    };
    rows.iter().enumerate().map(variant).collect()
}

/// Writes a date, to be told to all orders that wait.
async fn write(
    transaction: &DatabaseTransaction,
    variant_id: Uuid,
    ships_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Result<(), StockError> {
    use presale::Column;
    let row = presale::ActiveModel {
        variant_id: Set(variant_id),
        ships_at: Set(ships_at),
        moved_at: Set(now),
        is_told: Set(false),
        pass_began_at: Set(None),
        told_up_to: Set(None),
    };
    let moved = OnConflict::column(Column::VariantId)
        .update_columns([
            Column::ShipsAt,
            Column::MovedAt,
            Column::IsTold,
            Column::PassBeganAt,
            Column::ToldUpTo,
        ])
        .to_owned();
    presale::Entity::insert(row)
        .on_conflict(moved)
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}
