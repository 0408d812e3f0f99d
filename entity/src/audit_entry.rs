//! One change somebody made. Rows are never changed or deleted.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use sea_orm::entity::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::column::{Json, Text};

/// One change somebody made. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "audit_entry")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Kind of who changed it.
    pub actor_kind: Text<ActorKind>,
    /// Who changed it.
    pub actor_id: Uuid,
    /// Mutation used.
    pub action: String,
    /// Global id of the object; null for what was made by it.
    pub subject_id: Option<String>,
    /// What was asked for, without secrets.
    pub after: Option<Json<Value>>,
    /// Address it came from.
    pub ip: Option<String>,
    /// Id of the request, as in the logs.
    pub request_id: Uuid,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
