//! Points an order was promised by a rule when it was placed.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Points an order was promised by a rule when it was placed.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_promise")]
pub struct Model {
    /// The order.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_id: Uuid,
    /// The rule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: Uuid,
    /// Its version then: its terms hold, whatever it says later.
    pub rule_version: i32,
    /// How many.
    pub points: i32,
}

impl ActiveModelBehavior for ActiveModel {}
