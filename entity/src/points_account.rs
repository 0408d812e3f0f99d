//! One account of the points ledger.

use domain::points::PointsAccountKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One account of the points ledger.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_account")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The member; null for the shop's own side.
    pub member_id: Option<Uuid>,
    /// What it counts.
    pub kind: Text<PointsAccountKind>,
    /// Sum of its postings; null for the shop's own side, where it is derived.
    pub balance: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
