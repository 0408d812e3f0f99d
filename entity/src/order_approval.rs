//! One person's yes that an order needs before it goes on, or their no.

use chrono::{DateTime, Utc};
use domain::order::RequestStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One person's yes that an order needs before it goes on, or their no.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_approval")]
pub struct Model {
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// Place among its approvals, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub level: i32,
    /// Where it stands.
    pub status: Text<RequestStatus>,
    /// The staff member behind the order; null for buyers.
    pub author_id: Option<Uuid>,
    /// The staff member who answered.
    pub approver_id: Option<Uuid>,
    /// Words of the answer.
    pub reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was answered.
    pub responded_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
