//! Reads who waits for what.

use std::collections::HashMap;

use domain::id::{MemberId, StockAlertId};
use domain::permission::Permission;
use entity::stock_alert::{COLUMN, Column, Entity, Model};
use sea_orm::{EntityTrait, QueryFilter, QueryOrder, QuerySelect, Select};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::rows::{grouped, padded};
use crate::state::AppState;

/// An entry of a member's list, as long as they wait.
pub(super) fn own(viewer: &Viewer, member_id: MemberId, id: StockAlertId) -> Select<Entity> {
    waiting(viewer)
        .filter(COLUMN.id.eq(id.0))
        .filter(COLUMN.member_id.eq(member_id.0))
}

/// An entry of the viewer's own list.
///
/// # Errors
/// [`Error::NotFound`] for any other.
pub async fn find(app: &AppState, viewer: &Viewer, id: StockAlertId) -> Result<Model> {
    let unknown = || Error::NotFound("stock alert");
    let member_id = viewer.member_id().ok_or_else(unknown)?;
    let row = own(viewer, member_id, id).one(app.database.read()).await?;
    row.ok_or_else(unknown)
}

/// What members wait for in the channel, newest first, for loaders; the caller decides who may see it.
///
/// # Errors
/// When the database does not answer.
pub async fn of_members(
    app: &AppState,
    viewer: &Viewer,
    members: &[Uuid],
) -> Result<HashMap<Uuid, Vec<Model>>> {
    let rows = waiting(viewer)
        .filter(COLUMN.member_id.is_in(padded(members)))
        .order_by_desc(Column::CreatedAt)
        .order_by_desc(Column::Id)
        .all(app.database.read())
        .await?;
    Ok(grouped(rows, |row| row.member_id.unwrap_or_default()))
}

/// How many wait for each variant in the channel, for loaders.
///
/// # Errors
/// [`Error::Forbidden`] without `STOCK_READ`.
pub async fn counts_by_variants(
    app: &AppState,
    viewer: &Viewer,
    variants: &[Uuid],
) -> Result<HashMap<Uuid, i64>> {
    viewer.require(Permission::StockRead)?;
    let rows: Vec<(Uuid, i64)> = waiting(viewer)
        .select_only()
        .column(Column::VariantId)
        .column_as(COLUMN.id.count(), "buyers")
        .filter(COLUMN.variant_id.is_in(padded(variants)))
        .group_by(Column::VariantId)
        .into_tuple()
        .all(app.database.read())
        .await?;
    Ok(rows.into_iter().collect())
}

fn waiting(viewer: &Viewer) -> Select<Entity> {
    Entity::find()
        .filter(COLUMN.channel_id.eq(viewer.channel.id))
        .filter(COLUMN.told_at.is_null())
}
