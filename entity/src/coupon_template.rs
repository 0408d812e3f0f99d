//! What coupons are made from; usable while its promotion runs.

use chrono::{DateTime, NaiveDate, Utc};
use domain::coupon::CouponGrantTrigger;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// What coupons are made from; usable while its promotion runs.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "coupon_template")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The promotion.
    pub promotion_id: Uuid,
    /// Text for buyers.
    pub label: String,
    /// Whether members may claim it.
    pub claimable: bool,
    /// When its coupons become usable.
    pub usable_from: Option<DateTime<Utc>>,
    /// When its coupons lapse.
    pub expires_at: Option<DateTime<Utc>>,
    /// Days after which a coupon in a wallet lapses, if that is sooner.
    pub valid_days: Option<i32>,
    /// When its coupons are given by themselves.
    pub grant_on: Option<Text<CouponGrantTrigger>>,
    /// The tier that is meant.
    pub grant_tier_id: Option<Uuid>,
    /// The last day of the calendar whose coupons were given.
    pub granted_until: Option<NaiveDate>,
    /// Most one member may hold.
    pub per_member: i32,
    /// Coupons that may be issued.
    pub issue_limit: Option<i32>,
    /// Coupons issued; counted only where `issue_limit` is set.
    pub issued_count: i32,
    /// Whether a cancelled order gives the coupon back.
    pub restorable: bool,
    /// Days a coupon for one order can still be used at least when the order gives it back.
    pub grace_days: i32,
    /// When it was stopped: no coupon is made from it any more.
    pub stopped_at: Option<DateTime<Utc>>,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
