//! A code, or a grant in a member's wallet.

use chrono::{DateTime, Utc};
use domain::coupon::CouponStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A code, or a grant in a member's wallet.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coupon")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What it was made from.
    pub template_id: Uuid,
    /// The normalised code; unique.
    pub code: Option<String>,
    /// Whose wallet it is in; null for open codes.
    pub member_id: Option<Uuid>,
    /// Where it stands.
    pub status: Text<CouponStatus>,
    /// Times it may be used; null without limit.
    pub usage_limit: Option<i32>,
    /// Times it was used; counted only where `usage_limit` is set.
    pub used_count: i32,
    /// Times one buyer may use it.
    pub uses_per_member: Option<i32>,
    /// When it lapses.
    pub expires_at: Option<DateTime<Utc>>,
    /// Why it was withdrawn; while an order uses it, it is withdrawn only when it comes back.
    pub revoke_reason: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
