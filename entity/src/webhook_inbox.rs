//! A message of a provider, kept before it is read.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A message of a provider, kept before it is read.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_inbox")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who sent it.
    pub provider: String,
    /// The provider's own id of the message; unique there.
    pub event_id: String,
    /// The message as it came.
    pub body: String,
    /// When it came.
    pub received_at: DateTime<Utc>,
    /// When it was read to the end.
    pub processed_at: Option<DateTime<Utc>>,
    /// Times reading it failed.
    pub attempts: i32,
    /// Why it could not be read.
    pub error: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
