//! An effect that follows the commit it was written with.

use chrono::{DateTime, Utc};
use domain::event::OutboxStatus;
use sea_orm::entity::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::column::{Json, Text};

/// An effect that follows the commit it was written with.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "outbox_message")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What to do.
    pub kind: String,
    /// Kind of the object it is about.
    pub subject_kind: String,
    /// The object it is about.
    pub subject_id: Uuid,
    /// What else the consumer needs.
    pub payload: Json<Value>,
    /// Where it stands.
    pub status: Text<OutboxStatus>,
    /// Times it was tried.
    pub attempts: i32,
    /// When it is tried next.
    pub next_attempt_at: DateTime<Utc>,
    /// Until when a worker has it.
    pub leased_until: Option<DateTime<Utc>>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was done.
    pub done_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
