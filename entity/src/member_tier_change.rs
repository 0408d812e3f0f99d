//! A member's step from one tier to another. Rows are never changed or deleted.

use chrono::{DateTime, Utc};
use domain::tier::TierChangeReason;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A member's step from one tier to another. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_tier_change")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The member.
    pub member_id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// The tier before; null below the first.
    pub from_tier_id: Option<Uuid>,
    /// The tier after; null below the first.
    pub to_tier_id: Option<Uuid>,
    /// Why.
    pub reason: Text<TierChangeReason>,
    /// Spending that counted then, in the channel's currency.
    pub spent_minor: i64,
    /// Growth value that counted then; null when spending did.
    pub growth_value: Option<i64>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
