//! Units of a warehouse still promised to a line of an order; the row goes when none are left.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of a warehouse still promised to a line of an order; the row goes when none are left.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_allocation")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Its line.
    pub order_line_id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Units still promised.
    pub quantity: i32,
}

impl ActiveModelBehavior for ActiveModel {}
