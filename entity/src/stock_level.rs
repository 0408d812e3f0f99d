//! The stock of one variant in one warehouse.

use chrono::{DateTime, Utc};
use domain::stock::StockCounters;
use sea_orm::entity::prelude::*;
use sea_orm::sea_query::{Expr, ExprTrait as _, SimpleExpr};
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
    /// Units held by carts.
    pub reserved: i32,
    /// Units on the way in.
    pub incoming: i32,
    /// Units never sold.
    pub safety: i32,
    /// Units that may be promised beyond those in the house.
    pub backorder_limit: i32,
    /// When they should arrive; null when nobody knows.
    pub expected_at: Option<DateTime<Utc>>,
    /// Counter of the source that set the figures last.
    pub source_version: Option<i64>,
    /// Units in the house as a file said last.
    pub imported_on_hand: Option<i32>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// Gives the counters that decide what can be promised.
    #[must_use]
    pub fn counters(&self) -> StockCounters {
        StockCounters {
            on_hand: self.on_hand,
            allocated: self.allocated,
            reserved: self.reserved,
            safety: self.safety,
            backorder_limit: self.backorder_limit,
        }
    }
}

/// The units of a level that can be promised, as [`StockCounters::available`] counts them, but below zero too.
#[must_use]
pub fn available() -> SimpleExpr {
    let column = |column| Expr::col((Entity, column));
    column(Column::OnHand)
        .add(column(Column::BackorderLimit))
        .sub(column(Column::Allocated))
        .sub(column(Column::Reserved))
        .sub(column(Column::Safety))
}
