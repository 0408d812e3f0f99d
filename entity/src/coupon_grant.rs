//! A coupon given by itself: one for each occasion of a member.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A coupon given by itself: one for each occasion of a member.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coupon_grant")]
pub struct Model {
    /// What it was made from.
    #[sea_orm(primary_key, auto_increment = false)]
    pub template_id: Uuid,
    /// Who got it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    /// `domain::coupon::CouponOccasion::key`.
    #[sea_orm(primary_key, auto_increment = false)]
    pub occasion: String,
    /// The coupon.
    pub coupon_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
