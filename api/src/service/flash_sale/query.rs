//! What staff read about flash sales.

use std::collections::HashMap;

use domain::id::{FlashSaleId, TypedId as _};
use domain::permission::Permission;
use entity::flash_sale::{COLUMN, Column, Entity, Model};
use entity::flash_sale_entry;
use sea_orm::{EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// Lists the channel's flash sales, the next or latest first.
///
/// # Errors
/// Without permission `PROMOTION_READ`.
pub async fn sales(app: &AppState, viewer: &Viewer) -> Result<Vec<Model>> {
    viewer.require(Permission::PromotionRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .order_by_desc(Column::StartsAt)
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// Loads flash sales of the channel by id; unknown ones are left out.
///
/// # Errors
/// Without permission `PROMOTION_READ`.
pub async fn sales_by_ids(
    app: &AppState,
    viewer: &Viewer,
    ids: &[FlashSaleId],
) -> Result<Vec<Model>> {
    viewer.require(Permission::PromotionRead)?;
    Ok(Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.id.is_in(ids.iter().map(|id| id.uuid())))
        .all(app.database.read())
        .await?)
}

/// Loads the prices of flash sales, by sale; of a sale by variant.
///
/// # Errors
/// When the database does not answer.
pub async fn entries_of_sales(
    app: &AppState,
    sale_ids: &[Uuid],
) -> Result<HashMap<Uuid, Vec<flash_sale_entry::Model>>> {
    let column = flash_sale_entry::COLUMN;
    let rows = flash_sale_entry::Entity::find()
        .filter(column.flash_sale_id.is_in(padded(sale_ids)))
        .filter(column.price_minor.is_not_null())
        .order_by_asc(flash_sale_entry::Column::VariantId)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |row| row.flash_sale_id))
}
