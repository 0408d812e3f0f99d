//! A question to the back office: can you deliver this?

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::confirmation::OrderConfirmationStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A question to the back office: can you deliver this?
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_confirmation_request")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Who is asked; null for the back office as a whole.
    pub warehouse_id: Option<Uuid>,
    /// Where it stands.
    pub status: Text<OrderConfirmationStatus>,
    /// Answer before this.
    pub deadline_at: DateTime<Utc>,
    /// Key in the back office.
    pub external_ref: Option<String>,
    /// Words of the answer.
    pub reason: Option<String>,
    /// Times it was sent.
    pub attempts: i32,
    /// Kind of who answered.
    pub actor_kind: Option<Text<ActorKind>>,
    /// Who answered.
    pub actor_id: Option<Uuid>,
    /// When it was answered.
    pub responded_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
