//! Units of a variant that one unit of an ordered bundle is made of, as it was when it was ordered.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of a variant that one unit of an ordered bundle is made of, as it was when it was ordered.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_line_component")]
pub struct Model {
    /// The order's line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: Uuid,
    /// The variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: Uuid,
    /// Place among the components, from 1.
    pub position: i32,
    /// Its SKU then.
    pub sku: String,
    /// Name of its product then, in the order's language.
    pub product_name: String,
    /// Its choices then; empty where there are none.
    pub variant_name: String,
    /// Units in one unit of the line.
    pub quantity: i32,
}

impl ActiveModelBehavior for ActiveModel {}
