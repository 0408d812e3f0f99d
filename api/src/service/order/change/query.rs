//! Reading edits of orders.

use domain::id::{OrderChangeId, OrderId, TypedId};
use domain::order::RequestStatus;
use entity::order_change::{Column, Entity, Model};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::service::order::access::Access;
use crate::service::order::error::OrderError;
use crate::service::order::query;
use crate::state::AppState;

/// Loads an edit.
///
/// # Errors
/// [`Error::NotFound`].
pub(super) async fn find<C: ConnectionTrait>(
    connection: &C,
    id: Uuid,
) -> Result<Model, OrderError> {
    let found = Entity::find_by_id(OrderChangeId::from(id).uuid())
        .one(connection)
        .await?;
    Ok(found.ok_or(Error::NotFound("order change"))?)
}

/// Whether somebody may see an edit: buyers see those that were carried out.
#[must_use]
pub fn is_shown(change: &Model, access: Access) -> bool {
    !access.is_buyer() || change.status.0 == RequestStatus::Accepted
}

/// One edit; `None` for strangers.
///
/// # Errors
/// When the database cannot be read.
pub async fn find_for(app: &AppState, viewer: &Viewer, id: Uuid) -> Result<Option<Model>> {
    let found = Entity::find_by_id(id).one(app.database.read()).await?;
    let Some(change) = found else {
        return Ok(None);
    };
    let order = query::find(app, viewer, OrderId::from(change.order_id), None).await?;
    Ok(order
        .filter(|(_, access)| is_shown(&change, *access))
        .map(|_| change))
}

/// Edits of orders, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_order_ids(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_desc(Column::Id)
        .all(app.database.read())
        .await?)
}
