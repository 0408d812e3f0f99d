//! A segment a price list is for.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A segment a price list is for.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "price_list_segment")]
pub struct Model {
    /// The price list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub price_list_id: Uuid,
    /// The segment.
    #[sea_orm(primary_key, auto_increment = false)]
    pub segment_id: Uuid,
}

impl ActiveModelBehavior for ActiveModel {}
