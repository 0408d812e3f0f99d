//! One person's answer to a refund that waits for approval.

use chrono::{DateTime, Utc};
use domain::order::RequestStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One person's answer to a refund that waits for approval.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_approval")]
pub struct Model {
    /// What was answered.
    #[sea_orm(primary_key, auto_increment = false)]
    pub refund_request_id: Uuid,
    /// Place among its answers, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Yes or no.
    pub status: Text<RequestStatus>,
    /// The staff member who answered.
    pub approver_id: Uuid,
    /// Words of the answer.
    pub reason: Option<String>,
    /// When it was answered.
    pub responded_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
