//! Money given back.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::payment::RefundStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// Money given back.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The payment it goes back through.
    pub payment_id: Uuid,
    /// Where it stands.
    pub status: Text<RefundStatus>,
    /// How much.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Why; the buyer reads it.
    pub reason: String,
    /// Spent points given back.
    pub points_restored: i32,
    /// Earned points taken back.
    pub points_clawed_back: i32,
    /// Key at the provider.
    pub provider_ref: Option<String>,
    /// Kind of who decided.
    pub actor_kind: Text<ActorKind>,
    /// Who decided; null for guests and the system.
    pub actor_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it arrived or failed.
    pub settled_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
