//! A product's place in a collection.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A product's place in a collection.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "product_collection")]
pub struct Model {
    /// The collection.
    #[sea_orm(primary_key, auto_increment = false)]
    pub collection_id: Uuid,
    /// The product.
    #[sea_orm(primary_key, auto_increment = false)]
    pub product_id: Uuid,
    /// Place in the collection, from 0.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
