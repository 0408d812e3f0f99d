//! Units of an order line that a refund is about.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of an order line that a refund is about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_line")]
pub struct Model {
    /// The refund.
    #[sea_orm(primary_key, auto_increment = false)]
    pub refund_id: Uuid,
    /// The order line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: Uuid,
    /// Units.
    pub quantity: i32,
    /// At their price before any step.
    pub subtotal_minor: i64,
    /// Tax in or on them.
    pub tax_minor: i64,
    /// With their share of every step.
    pub total_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
