//! Background work with its progress.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::job::{JobKind, JobStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// Background work with its progress.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "job")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// What it does.
    pub kind: Text<JobKind>,
    /// Where it stands.
    pub status: Text<JobStatus>,
    /// What it is to do, as its kind keeps it.
    pub task: Json<serde_json::Value>,
    /// Rows in all; null while unknown.
    pub total: Option<i32>,
    /// Rows done.
    pub done: i32,
    /// Runs that failed.
    pub failures: i32,
    /// Why the last one failed.
    pub error: Option<String>,
    /// Kind of who started it.
    pub actor_kind: Text<ActorKind>,
    /// Who started it.
    pub actor_id: Option<Uuid>,
    /// When it was queued.
    pub created_at: DateTime<Utc>,
    /// When it began.
    pub started_at: Option<DateTime<Utc>>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
