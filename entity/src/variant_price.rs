//! The price of a variant in a channel.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::CurrencyCode;

/// The price of a variant in a channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "variant_price")]
pub struct Model {
    /// The variant.
    #[sea_orm(primary_key, auto_increment = false)]
    pub variant_id: Uuid,
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// Currency of both prices.
    pub currency: CurrencyCode,
    /// Price of one unit in minor units; with tax where the channel's prices contain it.
    pub price_minor: i64,
    /// Price before reduction.
    pub compare_at_minor: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
