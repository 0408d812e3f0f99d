//! Units of an order line that a case is about.

use domain::after_sale::AfterSaleCondition;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// Units of an order line that a case is about.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "after_sale_line")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The case.
    pub after_sale_id: Uuid,
    /// The order line.
    pub order_line_id: Uuid,
    /// Units asked.
    pub quantity: i32,
    /// Units arrived.
    pub received_quantity: i32,
    /// Units accepted.
    pub accepted_quantity: i32,
    /// Those of them that went back to stock.
    pub restocked_quantity: i32,
    /// The worst condition found.
    pub condition: Option<Text<AfterSaleCondition>>,
    /// Wanted instead; the same variant when null.
    pub replacement_variant_id: Option<Uuid>,
}

impl ActiveModelBehavior for ActiveModel {}
