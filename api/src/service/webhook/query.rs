//! What staff read about webhooks.

use domain::event::EventKind;
use domain::id::{TypedId as _, WebhookDeliveryId, WebhookId};
use domain::job::JobStatus;
use domain::permission::Permission;
use entity::column::Text;
use entity::{event, webhook, webhook_delivery};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait, Select};

use crate::auth::Viewer;
use crate::error::Result;
use crate::service::page::{Page, PageRequest};
use crate::state::AppState;

/// Narrows deliveries.
#[derive(Clone, Debug, Default)]
pub struct DeliveryFilter {
    /// Of these kinds; all when empty.
    pub kind: Vec<EventKind>,
    /// In these states; all when empty.
    pub status: Vec<JobStatus>,
}

/// Lists the channel's webhooks, oldest first.
///
/// # Errors
/// Without permission `WEBHOOK_READ`.
pub async fn list(app: &AppState, viewer: &Viewer) -> Result<Vec<webhook::Model>> {
    viewer.require(Permission::WebhookRead)?;
    Ok(of_channel(viewer)
        .order_by_asc(webhook::Column::Id)
        .all(app.database.read())
        .await?)
}

/// Finds a webhook of the channel.
///
/// # Errors
/// Without permission `WEBHOOK_READ`.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    id: WebhookId,
) -> Result<Option<webhook::Model>> {
    viewer.require(Permission::WebhookRead)?;
    Ok(of_channel(viewer)
        .filter(webhook::COLUMN.id.eq(id.uuid()))
        .one(app.database.read())
        .await?)
}

/// Finds a delivery to a webhook of the channel.
///
/// # Errors
/// Without permission `WEBHOOK_READ`.
pub async fn find_delivery(
    app: &AppState,
    viewer: &Viewer,
    id: WebhookDeliveryId,
) -> Result<Option<webhook_delivery::Model>> {
    viewer.require(Permission::WebhookRead)?;
    Ok(deliveries_of_channel(viewer, id)
        .one(app.database.read())
        .await?)
}

/// Lists what was sent to a webhook, newest first. Who asks has the webhook before them.
///
/// # Errors
/// For a bad cursor.
pub async fn deliveries(
    app: &AppState,
    webhook: &webhook::Model,
    filter: &DeliveryFilter,
    request: &PageRequest,
) -> Result<Page<webhook_delivery::Model>> {
    let column = webhook_delivery::COLUMN;
    let mut query = webhook_delivery::Entity::find().filter(column.webhook_id.eq(webhook.id));
    if !filter.kind.is_empty() {
        let kinds = filter.kind.iter().copied().map(Text);
        let events = event::Entity::find()
            .select_only()
            .column(event::Column::Id)
            .filter(event::COLUMN.kind.is_in(kinds))
            .into_query();
        query = query.filter(webhook_delivery::Column::EventId.in_subquery(events));
    }
    if !filter.status.is_empty() {
        query = query.filter(column.status.is_in(filter.status.iter().copied().map(Text)));
    }
    request
        .newest_first(
            app.database.read(),
            query,
            webhook_delivery::Column::Id,
            |row| row.id,
        )
        .await
}

fn of_channel(viewer: &Viewer) -> Select<webhook::Entity> {
    webhook::Entity::find().filter(webhook::COLUMN.channel_id.eq(viewer.channel.id))
}

/// A delivery, if it went to a webhook of the viewer's channel.
pub(super) fn deliveries_of_channel(
    viewer: &Viewer,
    id: WebhookDeliveryId,
) -> Select<webhook_delivery::Entity> {
    let webhooks = of_channel(viewer)
        .select_only()
        .column(webhook::Column::Id)
        .into_query();
    webhook_delivery::Entity::find_by_id(id.uuid())
        .filter(webhook_delivery::Column::WebhookId.in_subquery(webhooks))
}
