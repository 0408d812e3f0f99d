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

/// Gives the row of one of the shop's own accounts, made by the migrations; `None` for a member's.
#[must_use]
pub fn program_id(kind: PointsAccountKind) -> Option<Uuid> {
    let id = match kind {
        PointsAccountKind::ProgramIssued => 0x0193_0000_0000_7000_8000_0000_0000_0011,
        PointsAccountKind::ProgramRedeemed => 0x0193_0000_0000_7000_8000_0000_0000_0012,
        PointsAccountKind::ProgramExpired => 0x0193_0000_0000_7000_8000_0000_0000_0013,
        PointsAccountKind::MemberActive
        | PointsAccountKind::MemberPending
        | PointsAccountKind::MemberHeld => return None,
    };
    Some(Uuid::from_u128(id))
}

impl ActiveModelBehavior for ActiveModel {}
