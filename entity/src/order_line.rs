//! One variant in an order, as it was when placed.

use chrono::{DateTime, Utc};
use domain::unit_price::PriceSourceKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

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
    /// Kind of rule that set the price; null for a gift, and for lines before it was kept.
    pub price_source_kind: Option<Text<PriceSourceKind>>,
    /// The price list, promotion or flash sale that set it; null for the variant's own price.
    pub price_source_id: Option<Uuid>,
    /// Its version then.
    pub price_source_version: Option<i32>,
    /// What it was called; empty for the variant's own price.
    pub price_source_label: Option<String>,
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
    /// When the last of its units was expected that was not in the house as it was promised; null when all were, or nobody
    /// knew.
    pub expected_at: Option<DateTime<Utc>>,
    /// No unit leaves before this, as the buyer was told last; null when it need not wait.
    pub ships_at: Option<DateTime<Utc>>,
    /// The change that added it; null for what was placed.
    pub order_change_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
