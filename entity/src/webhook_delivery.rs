//! One event sent to one webhook.

use chrono::{DateTime, Utc};
use domain::job::JobStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One event sent to one webhook.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "webhook_delivery")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The webhook.
    pub webhook_id: Uuid,
    /// The event.
    pub event_id: Uuid,
    /// The object the event is about; its events are sent one after the other.
    pub subject_id: Uuid,
    /// Place of the event among those of its object.
    pub sequence: i64,
    /// Where it stands.
    pub status: Text<JobStatus>,
    /// Tries so far.
    pub attempts: i32,
    /// HTTP status of the last answer.
    pub response_status: Option<i32>,
    /// Why the last try failed.
    pub error: Option<String>,
    /// When it is tried next; null when it ended.
    pub next_attempt_at: Option<DateTime<Utc>>,
    /// Until when a worker has it.
    pub leased_until: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
