//! Units of a warehouse that a cart holds until they lapse.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of a warehouse that a cart holds until they lapse.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_reservation")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The cart.
    pub cart_id: Uuid,
    /// The variant, which stands in one line of the cart.
    pub variant_id: Uuid,
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Units held.
    pub quantity: i32,
    /// When they lapse, by the database's clock.
    pub expires_at: DateTime<Utc>,
    /// When the hold was made or prolonged last.
    pub changed_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
