//! The last order number of a channel.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// The last order number of a channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_counter")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The number given last.
    pub last_number: i64,
}

impl ActiveModelBehavior for ActiveModel {}
