//! A rule by which members earn points.

use chrono::{DateTime, NaiveDate, Utc};
use domain::points::{PointsExpiryPolicy, PointsTrigger, RuleTerms};
use domain::promotion::ProductSelector;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// A rule by which members earn points.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_rule")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Key for code; unique in the channel.
    pub key: String,
    /// Text for members.
    pub label: String,
    /// What earns.
    pub trigger: Text<PointsTrigger>,
    /// Points for each unit of money, in millionths.
    pub points_per_money_unit_ppm: Option<i64>,
    /// Points each time.
    pub fixed_points: Option<i32>,
    /// Most points a member earns by it in a day.
    pub max_per_day: Option<i32>,
    /// Days until points become usable.
    pub pending_days: i32,
    /// Days the expiry policy counts.
    pub expiry_days: Option<i32>,
    /// Whether it is in force.
    pub active: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
    /// Which products count.
    pub products: Json<ProductSelector>,
    /// When points lapse.
    pub expiry_policy: Text<PointsExpiryPolicy>,
    /// The last day whose birthdays were celebrated.
    pub birthdays_until: Option<NaiveDate>,
}

impl From<&Model> for RuleTerms {
    fn from(row: &Model) -> Self {
        Self {
            label: row.label.clone(),
            trigger: row.trigger.0,
            points_per_unit_ppm: row.points_per_money_unit_ppm,
            fixed_points: row.fixed_points,
            products: row.products.0.clone(),
            max_per_day: row.max_per_day,
            pending_days: row.pending_days,
            expiry_policy: row.expiry_policy.0,
            expiry_days: row.expiry_days,
        }
    }
}

impl ActiveModelBehavior for ActiveModel {}
