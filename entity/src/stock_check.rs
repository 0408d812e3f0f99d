//! What the last check of stock against its books found; the table has one row at most.

use chrono::{DateTime, Utc};
use domain::stock::StockDriftKind;
use sea_orm::entity::prelude::*;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::column::Json;

/// Identity of the only row.
pub const ONLY: i32 = 1;

/// What the last check of stock against its books found; the table has one row at most.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_check")]
pub struct Model {
    /// Identity, always [`ONLY`].
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: i32,
    /// When it began.
    pub checked_at: DateTime<Utc>,
    /// Counters that disagree with their books.
    pub drift_total: i32,
    /// The first of them.
    pub drifts: Json<Vec<FoundDrift>>,
}

/// A counter that disagrees with its books, and where.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundDrift {
    /// What disagrees.
    pub kind: StockDriftKind,
    /// The variant.
    pub variant_id: Uuid,
    /// The warehouse; null for an order's line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warehouse_id: Option<Uuid>,
    /// The order; null for a level.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub order_id: Option<Uuid>,
    /// Units the counter says.
    pub recorded: i64,
    /// Units the books come to.
    pub counted: i64,
}

impl ActiveModelBehavior for ActiveModel {}
