//! When the prices of a price list or flash sale counted, and for whom, by its version; never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// When the prices of a price list or flash sale counted, and for whom, by its version; never changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_validity")]
pub struct Model {
    /// The price list or flash sale.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: Uuid,
    /// Its version.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// The channel.
    pub channel_id: Uuid,
    /// Whether its prices were for everybody.
    pub is_public: bool,
    /// Of price lists, lower numbers came first; 0 for flash sales.
    pub priority: i32,
    /// When its prices started.
    pub starts_at: Option<DateTime<Utc>>,
    /// When they ended.
    pub ends_at: Option<DateTime<Utc>>,
    /// Since when it was so, until the next version.
    pub recorded_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
