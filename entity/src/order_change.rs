//! An edit of a placed order.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::{ChangeStep, OrderCost, RequestStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// An edit of a placed order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_change")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order; one edit of it may be open.
    pub order_id: Uuid,
    /// Where it stands.
    pub status: Text<RequestStatus>,
    /// Its steps, with the prices they were shown with.
    pub steps: Json<Vec<ChangeStep>>,
    /// What was left of the order cost so much.
    pub cost_before: Json<OrderCost>,
    /// And so much with the edit.
    pub cost_after: Json<OrderCost>,
    /// To pay if positive, to give back if negative.
    pub difference_minor: i64,
    /// Why.
    pub reason: String,
    /// The order's version it was written for.
    pub order_version: i32,
    /// Kind of who wrote it.
    pub actor_kind: Text<ActorKind>,
    /// Who wrote it.
    pub actor_id: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was answered or withdrawn.
    pub responded_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
