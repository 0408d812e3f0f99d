//! An adjustment of points that waits, or waited, for a second staff member.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::order::RequestStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// An adjustment of points that waits, or waited, for a second staff member.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_adjustment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// The member.
    pub member_id: Uuid,
    /// Signed points.
    pub points: i32,
    /// Why; the member reads it.
    pub reason: String,
    /// Where it stands.
    pub status: Text<RequestStatus>,
    /// Kind of who asked.
    pub requested_by_kind: Text<ActorKind>,
    /// Who asked.
    pub requested_by_id: Option<Uuid>,
    /// When.
    pub requested_at: DateTime<Utc>,
    /// The staff member who answered.
    pub answered_by_id: Option<Uuid>,
    /// When.
    pub answered_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
