//! A product's place in the category tree.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A product's place in the category tree.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_category")]
pub struct Model {
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// The category.
    #[sea_orm(primary_key, auto_increment = false)]
    pub category_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
