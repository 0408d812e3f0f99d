//! Points earned together, which are spent oldest first and lapse together.

use chrono::{DateTime, Utc};
use domain::points::PointsLotStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// Points earned together, which are spent oldest first and lapse together.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_lot")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The member.
    pub member_id: Uuid,
    /// The transaction that earned them.
    pub transaction_id: Uuid,
    /// Points earned.
    pub points: i64,
    /// Points left.
    pub remaining: i64,
    /// Where they stand.
    pub status: Text<PointsLotStatus>,
    /// When they become usable.
    pub available_at: DateTime<Utc>,
    /// When they lapse.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the member is to be told that they lapse; null once that was done, or when it never is.
    pub notice_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
