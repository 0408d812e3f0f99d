//! Prices of a channel beside those of the variants themselves.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Prices of a channel beside those of the variants themselves.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_list")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Short code; unique in the channel.
    pub code: String,
    /// Name for staff.
    pub name: String,
    /// Text for buyers.
    pub label: String,
    /// Lower numbers come first.
    pub priority: i32,
    /// When it starts.
    pub starts_at: Option<DateTime<Utc>>,
    /// When it ends.
    pub ends_at: Option<DateTime<Utc>>,
    /// Whether it is for the tiers it names alone.
    pub for_tiers: bool,
    /// Whether it is for the members of the segments it names alone; with tiers too, for both.
    pub for_segments: bool,
    /// Whether it is in force.
    pub active: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
