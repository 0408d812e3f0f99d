//! A variant that is sold before it may leave.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A variant that is sold before it may leave.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "presale")]
pub struct Model {
    /// The variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: Uuid,
    /// No unit leaves before this; null once the presale was called off.
    pub ships_at: Option<DateTime<Utc>>,
    /// When that was last said.
    pub moved_at: DateTime<Utc>,
    /// Whether all orders that wait were told.
    pub is_told: bool,
    /// When the present pass over them began, in which none has failed so far; null when one has.
    pub pass_began_at: Option<DateTime<Utc>>,
    /// The order that was looked at last in the present pass; null between two.
    pub told_up_to: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
