//! One variant in an order, as it was when placed.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One variant in an order, as it was when placed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// Place in the order.
    pub position: i32,
    /// The variant.
    pub variant_id: Uuid,
    /// SKU then.
    pub sku: String,
    /// Product name then.
    pub product_name: String,
    /// Variant name then.
    pub variant_name: String,
    /// Units ordered.
    pub quantity: i32,
    /// Units cancelled.
    pub cancelled_quantity: i32,
    /// Units sent.
    pub fulfilled_quantity: i32,
    /// Units that came back.
    pub returned_quantity: i32,
    /// Price of one unit.
    pub unit_price_minor: i64,
    /// Price of one unit before reduction.
    pub compare_at_minor: Option<i64>,
    /// All units.
    pub subtotal_minor: i64,
    /// Discounts, zero or negative.
    pub discount_minor: i64,
    /// Tax, whether included or added.
    pub tax_minor: i64,
    /// What the line adds to the bill.
    pub total_minor: i64,
    /// Tax rate in millionths.
    pub tax_rate_ppm: i32,
    /// Whether it must be shipped.
    pub shippable: bool,
    /// Whether a promotion gave it for free.
    pub gift: bool,
}

impl ActiveModelBehavior for ActiveModel {}
