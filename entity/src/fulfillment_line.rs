//! Units of an order line in a parcel.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of an order line in a parcel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "fulfillment_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The parcel.
    pub fulfillment_id: Uuid,
    /// The order line.
    pub order_line_id: Uuid,
    /// Units.
    pub quantity: i32,
}

impl ActiveModelBehavior for ActiveModel {}
