//! A counter-proposal to a buyer; its lines are the back office's answers.

use chrono::{DateTime, Utc};
use domain::order::{OrderCost, RequestStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// A counter-proposal to a buyer; its lines are the back office's answers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_proposal")]
pub struct Model {
    /// The order; each has one proposal at most.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// Where it stands.
    pub status: Text<RequestStatus>,
    /// What the order would cost.
    pub cost: Json<OrderCost>,
    /// The buyer answers before this.
    pub expires_at: DateTime<Utc>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was answered, withdrawn or lapsed.
    pub responded_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
