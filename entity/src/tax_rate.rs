//! A tax rate for a class of goods in a place.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A tax rate for a class of goods in a place.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "tax_rate")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Short code; unique in the channel.
    pub code: String,
    /// Name to show.
    pub name: String,
    /// Country it holds in; null for any.
    pub country_code: Option<String>,
    /// State or region it holds in; null for the whole country.
    pub province: Option<String>,
    /// Class of goods it is for.
    pub tax_class: String,
    /// The rate in millionths: 190000 is 19 %.
    pub rate_ppm: i32,
    /// Whether it is in force.
    pub active: bool,
}

impl ActiveModelBehavior for ActiveModel {}
