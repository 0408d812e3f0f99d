//! One variant in a cart.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// One variant in a cart.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cart_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The cart.
    pub cart_id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// Units.
    pub quantity: i32,
    /// Price of one unit when the buyer put it in.
    pub seen_unit_price_minor: i64,
    /// Place in the cart.
    pub position: i32,
}

impl ActiveModelBehavior for ActiveModel {}
