//! A product in a channel: when it is visible, and between which prices.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A product in a channel: when it is visible, and between which prices.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_listing")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// When it becomes visible; null while it is not.
    pub published_at: Option<DateTime<Utc>>,
    /// Lowest price of its live variants; null without any.
    pub min_price_minor: Option<i64>,
    /// Highest price of its live variants; null without any.
    pub max_price_minor: Option<i64>,
    /// Lowest price before reduction; null when nothing is reduced.
    pub min_compare_at_minor: Option<i64>,
    /// Highest price before reduction; null when nothing is reduced.
    pub max_compare_at_minor: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
