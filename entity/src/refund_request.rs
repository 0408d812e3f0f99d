//! A refund that waits for people to approve it; approved, it becomes the refund of the same id.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::RequestStatus;
use domain::order::refund::RefundWish;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// A refund that waits for people to approve it; approved, it becomes the refund of the same id.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_request")]
pub struct Model {
    /// Identity, also of the refund it becomes.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The after-sale case it pays out; null for others.
    pub after_sale_id: Option<Uuid>,
    /// Where it stands.
    pub status: Text<RequestStatus>,
    /// What is to go back.
    pub wish: Json<RefundWish>,
    /// Whether the member gets store credit instead of money.
    pub to_store_credit: bool,
    /// What it came to when it was asked for, with what is set off; it is carried out for just as much.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Why; the buyer reads it.
    pub reason: String,
    /// How many people have to approve it.
    pub levels: i32,
    /// The staff member behind it.
    pub author_id: Option<Uuid>,
    /// Kind of who asked.
    pub actor_kind: Text<ActorKind>,
    /// Who asked.
    pub actor_id: Option<Uuid>,
    /// When it was asked for.
    pub created_at: DateTime<Utc>,
    /// When it was decided.
    pub responded_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
