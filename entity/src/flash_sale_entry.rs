//! The price of a variant in a flash sale, and how much there is at it.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// The price of a variant in a flash sale, and how much there is at it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "flash_sale_entry")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The flash sale.
    pub flash_sale_id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// Price of one unit in minor units; null when it was taken away.
    pub price_minor: Option<i64>,
    /// Units at this price for all buyers; null without limit.
    pub quota: Option<i32>,
    /// Units at this price for one buyer; null without limit.
    pub per_buyer: Option<i32>,
    /// Units orders took; counted only where a quota is set.
    pub taken: i32,
}

impl ActiveModelBehavior for ActiveModel {}
