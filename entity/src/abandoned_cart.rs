//! A cart that its buyer left with goods in it.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::CurrencyCode;

/// A cart that its buyer left with goods in it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "abandoned_cart")]
pub struct Model {
    /// Identity, unlike the cart's no key.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The cart; unique.
    pub cart_id: Uuid,
    /// Its channel.
    pub channel_id: Uuid,
    /// When the cart had last changed.
    pub left_at: DateTime<Utc>,
    /// Currency of the total.
    pub currency: CurrencyCode,
    /// What the cart came to, in minor units.
    pub total_minor: i64,
    /// The last step told since then, in hours; 0 for none.
    pub told_hours: i32,
    /// When something was told of it last; null for never.
    pub told_at: Option<DateTime<Utc>>,
    /// The e-mail it was told for then.
    pub told_to: Option<String>,
}

impl ActiveModelBehavior for ActiveModel {}
