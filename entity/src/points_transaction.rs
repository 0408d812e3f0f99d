//! One line of a member's ledger. Rows are never changed or deleted.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::points::PointsEntryKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One line of a member's ledger. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_transaction")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The member.
    pub member_id: Uuid,
    /// What happened.
    pub kind: Text<PointsEntryKind>,
    /// Signed points, as the member sees them.
    pub points: i64,
    /// Spendable points after it.
    pub balance_after: i64,
    /// What caused it; with `source_id`, `kind` and `rule_id` it is unique, so nothing counts twice.
    pub source_kind: String,
    /// Which one caused it.
    pub source_id: String,
    /// Key of the rule that earned, for people; empty without one.
    pub rule_key: String,
    /// Reason to show.
    pub reason: String,
    /// The order behind it.
    pub order_id: Option<Uuid>,
    /// Kind of who caused it.
    pub actor_kind: Text<ActorKind>,
    /// Who caused it; null for guests and the system.
    pub actor_id: Option<Uuid>,
    /// When these points become usable.
    pub available_at: Option<DateTime<Utc>>,
    /// When these points lapse.
    pub expires_at: Option<DateTime<Utc>>,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// Version of the rule that earned.
    pub rule_version: Option<i32>,
    /// The rule that earned. Keys are unique in a channel only, so that it is told by this.
    pub rule_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
