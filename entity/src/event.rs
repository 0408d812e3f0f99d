//! Something that happened, as told to others.

use chrono::{DateTime, Utc};
use domain::event::{EventKind, EventSubject};
use sea_orm::entity::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::column::{Json, Text};

/// Something that happened, as told to others.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "event")]
pub struct Model {
    /// Identity, the same wherever it is told.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Its place in the channel's feed; null for a sample, which is in no feed.
    pub position: Option<i64>,
    /// What happened.
    pub kind: Text<EventKind>,
    /// Kind of the object it happened to.
    pub subject_kind: Text<EventSubject>,
    /// The object it happened to.
    pub subject_id: Uuid,
    /// Counts the events of that object; 0 for a sample.
    pub sequence: i64,
    /// The object then.
    pub payload: Json<Value>,
    /// When it happened.
    pub occurred_at: DateTime<Utc>,
    /// When it got its place in the feed.
    pub published_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
