//! One order's use of a coupon.

use chrono::{DateTime, Utc};
use domain::coupon::RedemptionStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One order's use of a coupon.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coupon_redemption")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The coupon.
    pub coupon_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The code as entered, normalised.
    pub code: String,
    /// The member's id or the guest's e-mail in lower case.
    pub buyer_key: String,
    /// Which of the buyer's uses this is; null where they are not limited.
    pub slot: Option<i32>,
    /// Where it stands.
    pub status: Text<RedemptionStatus>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
