//! What a carrier tells of a parcel on its way.

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use entity::fulfillment::Model;
use entity::fulfillment_tracking_event::{ActiveModel, Entity};
use sea_orm::{ActiveValue::Set, EntityTrait};
use serde::Serialize;
use uuid::Uuid;

use super::error::FulfillmentError;
use super::lock::{Opened, check_text, open};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;

/// Most events in one request.
const MAX_EVENTS: usize = 50;

/// One thing a carrier told.
#[derive(Clone, Debug, Serialize)]
pub struct TrackingEvent {
    /// What happened.
    pub description: String,
    /// Where.
    pub location: Option<String>,
    /// When, by the carrier's clock.
    pub occurred_at: DateTime<Utc>,
}

/// What a carrier told of a parcel.
#[derive(Clone, Debug, Serialize)]
pub struct TrackFulfillment {
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// What happened, in any order.
    pub events: Vec<TrackingEvent>,
    /// Unique per request.
    pub idempotency_key: String,
}

/// Writes down what a carrier told of a parcel that has left.
///
/// # Errors
/// [`Error::NotFound`]; [`Error::Invalid`] for no events, too many, or blank ones; [`FulfillmentError::NotLeft`].
pub async fn track(
    app: &AppState,
    viewer: &Viewer,
    command: TrackFulfillment,
) -> Result<Model, FulfillmentError> {
    viewer.require(Permission::FulfillmentWrite)?;
    if command.events.is_empty() || command.events.len() > MAX_EVENTS {
        let message = format!("1 to {MAX_EVENTS} events");
        return Err(Error::invalid(&["events"], message).into());
    }
    for (index, event) in command.events.iter().enumerate() {
        let place = index.to_string();
        check_text(&["events", &place, "description"], &event.description)?;
        if let Some(location) = &event.location {
            check_text(&["events", &place, "location"], location)?;
        }
        if event.occurred_at > app.clock.now() {
            let field = ["events", &place, "occurredAt"];
            return Err(Error::invalid(&field, "not in the future").into());
        }
    }
    app.database.retry(|| attempt(app, viewer, &command)).await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    command: &TrackFulfillment,
) -> Result<Model, FulfillmentError> {
    let named = ("fulfillmentTrack", command.idempotency_key.as_str());
    let locked = match open(app, viewer, command.fulfillment_id, named, command).await? {
        Opened::Before(parcel) => return Ok(*parcel),
        Opened::Now(locked) => locked,
    };
    if !locked.parcel.status.0.has_left() {
        return Err(FulfillmentError::NotLeft);
    }
    let rows = command.events.iter().map(|event| ActiveModel {
        id: Set(app.clock.new_id()),
        fulfillment_id: Set(locked.parcel.id),
        description: Set(event.description.trim().to_owned()),
        location: Set(event.location.clone()),
        occurred_at: Set(event.occurred_at),
    });
    Entity::insert_many(rows)
        .exec_without_returning(&locked.transaction)
        .await?;
    locked.transaction.commit().await?;
    Ok(locked.parcel)
}
