//! What a price became; never changed.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What a price became; never changed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_history")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// The price list, if it is one's price.
    pub price_list_id: Option<Uuid>,
    /// Units from which it counts.
    pub min_quantity: i32,
    /// Price of one unit in minor units; null when it was taken away.
    pub price_minor: Option<i64>,
    /// Since when.
    pub recorded_at: DateTime<Utc>,
    /// The flash sale, if it is one's price; without list and sale it is the variant's own.
    pub flash_sale_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
