//! What a member may owe in a channel, and for how long.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::CurrencyCode;

/// What a member may owe in a channel, and for how long.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_terms")]
pub struct Model {
    /// The member.
    #[sea_orm(primary_key, auto_increment = false)]
    pub member_id: Uuid,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// Currency of the limit.
    pub currency: CurrencyCode,
    /// What orders may stand on account with at most, together.
    pub limit_minor: i64,
    /// Days to pay, from when the goods leave.
    pub days: i32,
    /// Counts changes.
    pub version: i32,
    /// When they were agreed.
    pub created_at: DateTime<Utc>,
    /// When they last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
