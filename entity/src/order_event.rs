//! Something that happened to an order.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::event::EventKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// Something that happened to an order.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_event")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// What happened.
    pub kind: Text<EventKind>,
    /// Sentence to show.
    pub message: String,
    /// Kind of who did it.
    pub actor_kind: Text<ActorKind>,
    /// Who did it; null for guests and the system.
    pub actor_id: Option<Uuid>,
    /// Whether the buyer sees it.
    pub is_public: bool,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
