//! A coupon entered into a cart.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A coupon entered into a cart.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "cart_coupon")]
pub struct Model {
    /// The cart.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cart_id: Uuid,
    /// The normalised code.
    #[sea_orm(primary_key, auto_increment = false)]
    pub code: String,
    /// When it was entered.
    pub added_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
