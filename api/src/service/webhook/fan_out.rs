//! Which webhooks get an event: decided and written with the event's place in the feed.

use domain::job::JobStatus;
use entity::column::Text;
use entity::webhook_delivery::{ActiveModel, Entity};
use entity::{event, webhook};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::clock::Clock;
use crate::error::Result;
use crate::service::rows::{INSERT_CHUNK, padded};

/// Writes a delivery for each event and each webhook that wants it; answers whether there are any.
///
/// # Errors
/// When the database does not answer.
pub(in crate::service) async fn fan_out(
    transaction: &DatabaseTransaction,
    clock: &Clock,
    events: &[event::Model],
) -> Result<bool> {
    let mut channels: Vec<Uuid> = events.iter().map(|event| event.channel_id).collect();
    channels.sort_unstable();
    channels.dedup();
    let webhooks = webhook::Entity::find()
        .filter(webhook::COLUMN.channel_id.is_in(padded(&channels)))
        .filter(webhook::COLUMN.is_active.eq(true))
        .all(transaction)
        .await?;
    let wants = |webhook: &webhook::Model, event: &event::Model| {
        webhook.channel_id == event.channel_id && webhook.event_kinds.0.contains(&event.kind.0)
    };
    let deliveries: Vec<ActiveModel> = events
        .iter()
        .flat_map(|event| {
            let wanted = webhooks.iter().filter(move |webhook| wants(webhook, event));
            wanted.map(move |webhook| new(clock, webhook.id, event))
        })
        .collect();
    for chunk in deliveries.chunks(INSERT_CHUNK) {
        Entity::insert_many(chunk.iter().cloned())
            .exec_without_returning(transaction)
            .await?;
    }
    Ok(!deliveries.is_empty())
}

/// A delivery that is to be tried at once.
pub(super) fn new(clock: &Clock, webhook_id: Uuid, event: &event::Model) -> ActiveModel {
    ActiveModel {
        id: Set(clock.new_id()),
        webhook_id: Set(webhook_id),
        event_id: Set(event.id),
        subject_id: Set(event.subject_id),
        sequence: Set(event.sequence),
        status: Set(Text(JobStatus::Pending)),
        attempts: Set(0),
        response_status: Set(None),
        error: Set(None),
        next_attempt_at: Set(Some(clock.now())),
        leased_until: Set(None),
        finished_at: Set(None),
    }
}
