//! One order's use of a promotion.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One order's use of a promotion.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "promotion_use")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The promotion.
    pub promotion_id: Uuid,
    /// Version of its rule; null for uses before versions were kept.
    pub promotion_version: Option<i32>,
    /// The order.
    pub order_id: Uuid,
    /// The member's id or the guest's e-mail in lower case.
    pub buyer_key: String,
    /// Which of the buyer's uses this is; null where they are not limited.
    pub slot: Option<i32>,
    /// What it took off, as a negative amount.
    pub discount_minor: i64,
    /// When the use was given back.
    pub released_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
