//! An address that gets events.

use chrono::{DateTime, Utc};
use domain::event::EventKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// An address that gets events.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Where events go.
    pub url: String,
    /// What is sent.
    pub event_kinds: Json<Vec<EventKind>>,
    /// Whether events are sent.
    pub is_active: bool,
    /// Why it was switched off by itself.
    pub disabled_reason: Option<String>,
    /// The secret that signs, sealed.
    pub secret: String,
    /// The one before, sealed; signs beside it for a while.
    pub previous_secret: Option<String>,
    /// Until when the one before signs.
    pub previous_secret_until: Option<DateTime<Utc>>,
    /// Since when nothing has arrived; null when the last try did.
    pub failing_since: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
