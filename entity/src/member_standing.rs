//! Where a member stands in a channel's tiers.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Where a member stands in a channel's tiers.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_standing")]
pub struct Model {
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The tier; null below the first.
    pub tier_id: Option<Uuid>,
    /// Until when it holds if nothing more is spent; null below the first.
    pub valid_until: Option<DateTime<Utc>>,
    /// When the timer must look again; null when time alone changes nothing.
    pub review_at: Option<DateTime<Utc>>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
