//! The stock of one variant in one warehouse.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// The stock of one variant in one warehouse.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_level")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Units in the house.
    pub on_hand: i32,
    /// Units promised to orders.
    pub allocated: i32,
    /// Units on the way in.
    pub incoming: i32,
    /// Units never sold.
    pub safety: i32,
    /// Units that may be promised beyond those in the house.
    pub backorder_limit: i32,
    /// Counter of the source that set the figures last.
    pub source_version: Option<i64>,
    /// Units in the house as a file said last.
    pub imported_on_hand: Option<i32>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
