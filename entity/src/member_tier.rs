//! A level of membership of a channel.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use domain::tier::TierText;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// A level of membership of a channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member_tier")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Short code; unique in the channel.
    pub code: String,
    /// Place among the tiers, 1 is lowest.
    pub rank: i32,
    /// Name to show, in the channel's default language.
    pub name: String,
    /// Benefits to show, in the channel's default language.
    pub benefits: Json<Vec<String>>,
    /// Texts by language.
    pub translations: Json<BTreeMap<String, TierText>>,
    /// Spending in twelve months that reaches it, in the channel's currency.
    pub threshold_minor: i64,
    /// Growth value in twelve months that reaches it, if that is what counts; null when spending does.
    pub growth_threshold: Option<i64>,
    /// Days a member keeps it when what counts no longer reaches it.
    pub grace_days: i32,
    /// Factor on earned points, in thousandths.
    pub points_multiplier_thousandths: i32,
    /// Whether orders ship for free.
    pub free_shipping: bool,
    /// Whether it is in force.
    pub active: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
