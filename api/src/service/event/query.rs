//! Events by their ids.

use domain::permission::Permission;
use entity::event::{COLUMN, Entity, Model};
use sea_orm::{EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::rows::padded;
use crate::state::AppState;

/// Loads events of the channel.
///
/// # Errors
/// [`crate::error::Error::Forbidden`] without [`Permission::EventRead`].
pub async fn events_by_ids(app: &AppState, viewer: &Viewer, ids: &[Uuid]) -> Result<Vec<Model>> {
    viewer.require(Permission::EventRead)?;
    by_ids(app, viewer.channel.id, ids).await
}

/// The same for those who have a delivery of each before them, and for the worker.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn by_ids(app: &AppState, channel_id: Uuid, ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(COLUMN.id.is_in(padded(ids)))
        .filter(COLUMN.channel_id.eq(channel_id))
        .all(app.database.read())
        .await?)
}
