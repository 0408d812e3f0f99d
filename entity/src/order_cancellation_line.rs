//! Units of a line that a cancellation is about; a cancellation without lines is about all that was open.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of a line that a cancellation is about; a cancellation without lines is about all that was open.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_cancellation_line")]
pub struct Model {
    /// The cancellation.
    #[sea_orm(primary_key, auto_increment = false)]
    pub cancellation_id: Uuid,
    /// The line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: Uuid,
    /// Units.
    pub quantity: i32,
}

impl ActiveModelBehavior for ActiveModel {}
