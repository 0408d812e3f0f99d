//! An event that earned nothing because the limit of the day was used up.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// An event that earned nothing because the limit of the day was used up.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_capped_event")]
pub struct Model {
    /// The rule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: Uuid,
    /// What happened, named by whoever reported it.
    #[sea_orm(primary_key, auto_increment = false)]
    pub source: String,
    /// Whom it was reported for.
    pub member_id: Uuid,
    /// When it was reported.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
