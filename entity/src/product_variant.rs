//! One sellable version of a product.

use chrono::{DateTime, Utc};
use domain::catalog::SelectedOption;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// One sellable version of a product.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_variant")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The product it belongs to.
    pub product_id: Uuid,
    /// Place among its siblings, from 0.
    pub position: i32,
    /// Stock keeping unit; unique.
    pub sku: String,
    /// Maker's model number as typed.
    pub model_number: Option<String>,
    /// The model number in upper case without spaces and dashes.
    pub model_key: Option<String>,
    /// EAN, UPC or ISBN; unique.
    pub barcode: Option<String>,
    /// The choices that make it.
    pub selected_options: Json<Vec<SelectedOption>>,
    /// The choices as one canonical text; unique among the product's live variants.
    pub options_key: String,
    /// Whether it must be shipped.
    pub shippable: bool,
    /// Weight in grams.
    pub weight_grams: Option<i32>,
    /// Fewest units in one order.
    pub min_quantity: i32,
    /// Most units in one order.
    pub max_quantity: i32,
    /// Units go up in steps of this.
    pub quantity_step: i32,
    /// Most units a member may ever buy.
    pub quantity_per_member: Option<i32>,
    /// Whether it is made of other variants and has no stock of its own.
    pub bundle: bool,
    /// When it left the range.
    pub archived_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
