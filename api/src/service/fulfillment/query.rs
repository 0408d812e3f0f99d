//! Reading parcels.

use domain::id::{FulfillmentId, OrderId, TypedId};
use entity::fulfillment::{Column, Entity, Model};
use entity::{fulfillment_line, fulfillment_tracking_event};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::order::{self, Access};
use crate::state::AppState;

/// Parcels of orders, oldest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn by_order_ids(app: &AppState, order_ids: &[Uuid]) -> Result<Vec<Model>> {
    Ok(Entity::find()
        .filter(Column::OrderId.is_in(order_ids.iter().copied()))
        .order_by_asc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// What is in parcels.
///
/// # Errors
/// When the database cannot be read.
pub async fn lines_by_fulfillment_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<fulfillment_line::Model>> {
    Ok(fulfillment_line::Entity::find()
        .filter(fulfillment_line::Column::FulfillmentId.is_in(ids.iter().copied()))
        .order_by_asc(fulfillment_line::Column::OrderLineId)
        .all(app.database.read())
        .await?)
}

/// What carriers told of parcels, newest first.
///
/// # Errors
/// When the database cannot be read.
pub async fn tracking_events_by_fulfillment_ids(
    app: &AppState,
    ids: &[Uuid],
) -> Result<Vec<fulfillment_tracking_event::Model>> {
    use fulfillment_tracking_event::{Column, Entity};
    Ok(Entity::find()
        .filter(Column::FulfillmentId.is_in(ids.iter().copied()))
        .order_by_desc(Column::OccurredAt)
        .order_by_desc(Column::Id)
        .all(app.database.read())
        .await?)
}

/// A parcel of an order the viewer may see, and in what capacity.
///
/// # Errors
/// When the database cannot be read.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: FulfillmentId,
) -> Result<Option<(Model, Access)>> {
    let Some(parcel) = Entity::find_by_id(id.uuid())
        .one(app.database.read())
        .await?
    else {
        return Ok(None);
    };
    let order = order::query::find(app, viewer, OrderId::from(parcel.order_id), None).await?;
    Ok(order.map(|(_, access)| (parcel, access)))
}
