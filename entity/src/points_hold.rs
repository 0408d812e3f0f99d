//! Points an order holds until it is confirmed.

use chrono::{DateTime, Utc};
use domain::points::{LotShare, PointsHoldStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// Points an order holds until it is confirmed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_hold")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order; it holds once at most.
    pub order_id: Uuid,
    /// The member.
    pub member_id: Uuid,
    /// Points held.
    pub points: i64,
    /// How many of them refunds gave back.
    pub returned: i64,
    /// Where they stand.
    pub status: Text<PointsHoldStatus>,
    /// The lots they were taken from.
    pub lots: Json<Vec<LotShare>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
