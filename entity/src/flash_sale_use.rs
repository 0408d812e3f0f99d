//! What an order took at the price of a flash sale.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What an order took at the price of a flash sale.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flash_sale_use")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The price.
    pub entry_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The member's id or the guest's e-mail in lower case.
    pub buyer_key: String,
    /// Units.
    pub quantity: i32,
    /// When they were given back.
    pub released_at: Option<DateTime<Utc>>,
    /// When they were taken.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
