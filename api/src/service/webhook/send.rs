//! Staff send a sample, or a past delivery again.

use domain::event::EventKind;
use domain::id::{WebhookDeliveryId, WebhookId};
use domain::permission::Permission;
use domain::webhook::{redeliver as decide, subject_of};
use entity::column::{Json, Text};
use entity::{event, webhook, webhook_delivery};
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, IntoActiveModel, QuerySelect};
use serde_json::json;

use super::WebhookError;
use super::fan_out::new;
use super::query::deliveries_of_channel;
use super::write::lock;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Sends a sample of a kind of event, once and at once; it is in no feed.
///
/// # Errors
/// [`WebhookError::SwitchedOff`]; the common refusals of an unknown webhook or a missing permission.
pub async fn test(
    app: &AppState,
    viewer: &Viewer,
    id: WebhookId,
    kind: EventKind,
) -> Result<webhook_delivery::Model, WebhookError> {
    viewer.require(Permission::WebhookWrite)?;
    let transaction = app.database.begin().await?;
    let webhook = lock(&transaction, viewer, id).await?;
    if !webhook.is_active {
        return Err(WebhookError::SwitchedOff);
    }
    let now = app.clock.now();
    let sample = event::Model {
        id: app.clock.new_id(),
        channel_id: webhook.channel_id,
        position: None,
        kind: Text(kind),
        subject_kind: Text(subject_of(kind)),
        subject_id: app.clock.new_id(),
        sequence: 0,
        payload: Json(json!({ "sample": true })),
        occurred_at: now,
        published_at: now,
    };
    let delivery = new(&app.clock, webhook.id, &sample);
    event::Entity::insert(sample.into_active_model())
        .exec_without_returning(&transaction)
        .await?;
    let delivery = delivery.insert(&transaction).await?;
    transaction.commit().await?;
    app.wake.wake();
    Ok(delivery)
}

/// Sends a delivery that ended once more, under the same identity, so that a receiver that has it notices.
///
/// # Errors
/// [`WebhookError::NotEnded`], [`WebhookError::SwitchedOff`], and the common refusals of an unknown delivery or a missing
/// permission.
pub async fn redeliver(
    app: &AppState,
    viewer: &Viewer,
    id: WebhookDeliveryId,
) -> Result<webhook_delivery::Model, WebhookError> {
    viewer.require(Permission::WebhookWrite)?;
    let transaction = app.database.begin().await?;
    let delivery = deliveries_of_channel(viewer, id)
        .lock_exclusive()
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("delivery"))?;
    let status = decide(delivery.status.0)?;
    let webhook = webhook::Entity::find_by_id(delivery.webhook_id)
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("webhook"))?;
    if !webhook.is_active {
        return Err(WebhookError::SwitchedOff);
    }
    let mut row = delivery.into_active_model();
    row.status = Set(Text(status));
    row.attempts = Set(0);
    row.next_attempt_at = Set(Some(app.clock.now()));
    row.finished_at = Set(None);
    let delivery = row.update(&transaction).await?;
    transaction.commit().await?;
    app.wake.wake();
    Ok(delivery)
}
