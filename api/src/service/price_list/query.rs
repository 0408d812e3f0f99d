//! What staff read about price lists.

use std::collections::HashMap;

use domain::id::{PriceListId, TypedId as _};
use domain::permission::Permission;
use entity::price_list::{COLUMN, Column, Entity, Model};
use entity::{price_list_entry, price_list_segment, price_list_tier};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// Lists the channel's price lists, the first to count first.
///
/// # Errors
/// Without permission `PRODUCT_READ`.
pub async fn lists(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    viewer.require(Permission::ProductRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .order_by_asc(Column::Priority)
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// Loads price lists of the channel by id; unknown ones are left out.
///
/// # Errors
/// Without permission `PRODUCT_READ`.
pub async fn lists_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[PriceListId],
) -> Result<Vec<Model>> {
    viewer.require(Permission::ProductRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?)
}

/// Loads the prices of price lists, by list; of a list by variant and quantity.
///
/// # Errors
/// When the database does not answer.
pub async fn entries_of_lists(
    app: &AppState,
    list_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<price_list_entry::Model>>> {
    let rows = price_list_entry::Entity::find()
        .filter(
            price_list_entry::COLUMN
                .price_list_id
                .is_in(padded(list_ids)),
        )
        .order_by_asc(price_list_entry::Column::VariantId)
        .order_by_asc(price_list_entry::Column::MinQuantity)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |row| row.price_list_id))
}

/// Loads the segments price lists are for, by list.
///
/// # Errors
/// When the database does not answer.
pub async fn segments_of_lists(
    app: &AppState,
    list_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<price_list_segment::Model>>> {
    let rows = price_list_segment::Entity::find()
        .filter(
            price_list_segment::COLUMN
                .price_list_id
                .is_in(padded(list_ids)),
        )
        .order_by_asc(price_list_segment::Column::SegmentId)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |row| row.price_list_id))
}

/// Loads the tiers price lists are for, by list.
///
/// # Errors
/// When the database does not answer.
pub async fn tiers_of_lists(
    app: &AppState,
    list_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<price_list_tier::Model>>> {
    let rows = price_list_tier::Entity::find()
        .filter(
            price_list_tier::COLUMN
                .price_list_id
                .is_in(padded(list_ids)),
        )
        .order_by_asc(price_list_tier::Column::TierId)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |row| row.price_list_id))
}
