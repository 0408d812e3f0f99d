//! The answer to a request, kept for its repeats.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use serde_json::Value;
use uuid::Uuid;

use crate::column::Json;

/// The answer to a request, kept for its repeats.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "idempotency_record")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Who asked.
    pub actor_key: String,
    /// What was asked for.
    pub operation: String,
    /// The key the caller chose; unique per actor and operation.
    pub key: String,
    /// Hash of the input: the same key with other input is refused.
    pub request_hash: String,
    /// The answer.
    pub outcome: Json<Value>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
