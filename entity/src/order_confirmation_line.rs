//! Units of a line the back office is asked for, and what it can deliver of them.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Units of a line the back office is asked for, and what it can deliver of them.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "order_confirmation_line")]
pub struct Model {
    /// The question.
    #[sea_orm(primary_key, auto_increment = false)]
    pub request_id: Uuid,
    /// The line.
    #[sea_orm(primary_key, auto_increment = false)]
    pub order_line_id: Uuid,
    /// Units asked for.
    pub quantity: i32,
    /// Units that can be delivered; null before the answer.
    pub answered_quantity: Option<i32>,
    /// When they can ship.
    pub promised_ship_at: Option<DateTime<Utc>>,
    /// Variant offered instead.
    pub substitute_variant_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
