//! A way to ship or collect.

use std::collections::BTreeMap;

use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// A way to ship or collect.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "shipping_method")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Short code; unique in the channel.
    pub code: String,
    /// Name to show, in the channel's default language.
    pub name: String,
    /// Names by language.
    pub name_translations: Json<BTreeMap<String, String>>,
    /// Price in minor units of the channel's currency.
    pub price_minor: i64,
    /// Goods from this amount on ship for free.
    pub free_over_minor: Option<i64>,
    /// Countries it ships to; all of the channel's when empty.
    pub country_codes: Json<Vec<String>>,
    /// Class by which its tax rate is found.
    pub tax_class: String,
    /// Days until the earliest arrival.
    pub min_days: Option<i32>,
    /// Days until the latest arrival.
    pub max_days: Option<i32>,
    /// Where to collect; null when it is delivered.
    pub pickup_warehouse_id: Option<Uuid>,
    /// Place in lists.
    pub position: i32,
    /// Whether it is offered.
    pub active: bool,
}

impl ActiveModelBehavior for ActiveModel {}
