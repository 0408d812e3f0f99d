//! Until when a parcel waits.

use chrono::{DateTime, Utc};
use domain::order::FulfillmentEvent;
use domain::stock::waits_until;
use entity::column::Text;
use entity::fulfillment::{ActiveModel, Model};
use entity::fulfillment_line;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, ActiveValue::Unchanged, ColumnTrait, DatabaseTransaction,
    EntityTrait, QueryFilter, QueryOrder,
};
use uuid::Uuid;

use super::error::FulfillmentError;
use crate::clock::Clock;
use crate::error::Result;
use crate::service::presale;

/// What is in a parcel.
pub(super) async fn contents(
    transaction: &DatabaseTransaction,
    fulfillment_id: Uuid,
) -> Result<Vec<fulfillment_line::Model>> {
    Ok(fulfillment_line::Entity::find()
        .filter(fulfillment_line::Column::FulfillmentId.eq(fulfillment_id))
        .order_by_asc(fulfillment_line::Column::OrderLineId)
        .all(transaction)
        .await?)
}

/// The date before which not all of a parcel may leave.
pub(super) async fn ships_at(
    transaction: &DatabaseTransaction,
    fulfillment_id: Uuid,
    now: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>> {
    let contents = contents(transaction, fulfillment_id).await?;
    let lines = contents.iter().map(|content| content.order_line_id);
    presale::latest(transaction, lines, now).await
}

/// Lets a scheduled parcel wait as long as it has to, now: it is released when there is nothing to wait for.
///
/// # Errors
/// [`FulfillmentError::InvalidTransition`] for a parcel that waits for no date.
pub(super) async fn derive(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    parcel: &Model,
) -> Result<Model, FulfillmentError> {
    let now = clock.db_now(transaction).await?;
    let ships_at = ships_at(transaction, parcel.id, now).await?;
    let date = waits_until(parcel.chosen_at, ships_at, now);
    let released = parcel.status.0.apply(FulfillmentEvent::Released)?;
    let row = ActiveModel {
        id: Unchanged(parcel.id),
        status: Set(date.map_or(Text(released), |_| parcel.status)),
        scheduled_at: Set(date.or(parcel.scheduled_at)),
        ..Default::default()
    };
    Ok(row.update(transaction).await?)
}
