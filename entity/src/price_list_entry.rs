//! The price of a variant in a price list, from so many units on.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// The price of a variant in a price list, from so many units on.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_list_entry")]
pub struct Model {
    /// The variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: Uuid,
    /// The price list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub price_list_id: Uuid,
    /// Units from which it counts.
    #[sea_orm(primary_key, auto_increment = false)]
    pub min_quantity: i32,
    /// Price of one unit in minor units.
    pub price_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
