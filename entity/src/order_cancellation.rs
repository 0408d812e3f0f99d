//! A cancellation, asked for or done.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::{OrderCancellationReason, RequestStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A cancellation, asked for or done.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_cancellation")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Where it stands.
    pub status: Text<RequestStatus>,
    /// Why.
    pub reason: Text<OrderCancellationReason>,
    /// Words of who asked.
    pub note: Option<String>,
    /// Whether units go back to stock.
    pub restock: bool,
    /// Whether money goes back at once.
    pub refund: bool,
    /// Whether the buyer gets a mail.
    pub notify: bool,
    /// Kind of who asked.
    pub actor_kind: Text<ActorKind>,
    /// Who asked; null for guests and the system.
    pub actor_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was answered.
    pub responded_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
