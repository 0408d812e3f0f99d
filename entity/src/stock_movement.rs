//! One change of stock. Rows are never changed or deleted: their sums are the stock levels.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::stock::StockMovementKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// One change of stock. Rows are never changed or deleted: their sums are the stock levels.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_movement")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// The warehouse.
    pub warehouse_id: Uuid,
    /// Why stock moved.
    pub kind: Text<StockMovementKind>,
    /// Signed change of the units in the house.
    pub on_hand_delta: i32,
    /// Signed change of the units promised.
    pub allocated_delta: i32,
    /// Words to explain it.
    pub reason: Option<String>,
    /// The order behind it.
    pub source_id: Option<Uuid>,
    /// Kind of who caused it.
    pub actor_kind: Text<ActorKind>,
    /// Who caused it; null for guests and the system.
    pub actor_id: Option<Uuid>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
