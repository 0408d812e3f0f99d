//! A rule by which members earn points as it was at some time. Rows are never changed or deleted.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::points::{PointsExpiryPolicy, PointsTrigger, RuleTerms};
use domain::promotion::ProductSelector;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{Json, Text};

/// A rule by which members earn points as it was at some time. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "points_rule_version")]
pub struct Model {
    /// The rule.
    #[sea_orm(primary_key, auto_increment = false)]
    pub rule_id: Uuid,
    /// Which version, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub version: i32,
    /// Text for members.
    pub label: String,
    /// What earns.
    pub trigger: Text<PointsTrigger>,
    /// Points for each unit of money, in millionths.
    pub points_per_money_unit_ppm: Option<i64>,
    /// Points each time.
    pub fixed_points: Option<i32>,
    /// Which products count.
    pub products: Json<ProductSelector>,
    /// Most points a member earns by it in a day.
    pub max_per_day: Option<i32>,
    /// Days until points become usable.
    pub pending_days: i32,
    /// When points lapse.
    pub expiry_policy: Text<PointsExpiryPolicy>,
    /// Days the policy counts.
    pub expiry_days: Option<i32>,
    /// Whether it was in force.
    pub active: bool,
    /// Kind of who wrote it.
    pub actor_kind: Text<ActorKind>,
    /// Who wrote it; null for the system.
    pub actor_id: Option<Uuid>,
    /// When.
    pub created_at: DateTime<Utc>,
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
