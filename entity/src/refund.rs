//! Money, points and coupons given back by one decision.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::RefundStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// Money, points and coupons given back by one decision.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The cancellation that led to it.
    pub order_cancellation_id: Option<Uuid>,
    /// Where it stands, by its transfers.
    pub status: Text<RefundStatus>,
    /// How much money.
    pub amount_minor: i64,
    /// How much more was set off against what the buyer owed.
    pub set_off_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Why; the buyer reads it.
    pub reason: String,
    /// Spent points given back.
    pub points_restored: i32,
    /// Earned points taken back.
    pub points_clawed_back: i32,
    /// Coupons that can be used again.
    pub coupon_codes: Json<Vec<String>>,
    /// Kind of who decided.
    pub actor_kind: Text<ActorKind>,
    /// Who decided; null for guests and the system.
    pub actor_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When all of it had arrived or failed.
    pub settled_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
