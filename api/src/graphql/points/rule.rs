use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::PointsRuleId;
use entity::{points_rule, points_rule_version};

use super::loader::VersionsOf;
use super::types::{PointsExpiryPolicy, PointsTrigger};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;
use crate::graphql::limits::meter::Metered;
use crate::graphql::promotion::ProductSelector;
use crate::graphql::scalar::{DateTime, Decimal};
use crate::graphql::viewer::Actor;

/// A rule by which members earn points.
#[derive(Clone)]
pub struct PointsRule(pub points_rule::Model);

/// A rule by which members earn points.
#[Object]
impl PointsRule {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PointsRuleId(self.0.id).to_string().into()
    }

    /// Key for code, unique.
    fn key(&self) -> &str {
        &self.0.key
    }

    /// Text for members.
    fn label(&self) -> &str {
        &self.0.label
    }

    /// What earns.
    fn trigger(&self) -> PointsTrigger {
        self.0.trigger.0.into()
    }

    /// Points for each unit of money spent.
    fn points_per_money_unit(&self) -> Option<Decimal> {
        self.0.points_per_money_unit_ppm.map(per_unit)
    }

    /// Points each time.
    fn fixed_points(&self) -> Option<i32> {
        self.0.fixed_points
    }

    /// Most points a member earns by it in a day.
    fn max_per_day(&self) -> Option<i32> {
        self.0.max_per_day
    }

    /// Days until points become usable.
    fn pending_days(&self) -> i32 {
        self.0.pending_days
    }

    /// Which products count.
    fn products(&self) -> ProductSelector {
        (&self.0.products.0).into()
    }

    /// When points lapse.
    fn expiry_policy(&self) -> PointsExpiryPolicy {
        self.0.expiry_policy.0.into()
    }

    /// Days until points lapse, null for never; with an end of month or year, days until that month or year.
    fn expiry_days(&self) -> Option<i32> {
        self.0.expiry_days
    }

    /// Whether it is in force.
    fn active(&self) -> bool {
        self.0.active
    }

    /// Counts changes; entries name the version that earned them.
    fn version(&self) -> i32 {
        self.0.version
    }

    /// What the rule was, newest first.
    async fn versions(&self, ctx: &Context<'_>) -> Result<Vec<PointsRuleVersion>> {
        let versions = ctx
            .loaders()?
            .load_one(VersionsOf(self.0.id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .unwrap_or_default();
        ctx.meter(versions.len())?;
        Ok(versions.iter().map(Into::into).collect())
    }
}

/// A rule as it was from some time on.
#[derive(SimpleObject)]
struct PointsRuleVersion {
    /// Which, from 1.
    version: i32,
    /// Text for members.
    label: String,
    /// Points for each unit of money spent.
    points_per_money_unit: Option<Decimal>,
    /// Points each time.
    fixed_points: Option<i32>,
    /// Most points a member earned by it in a day.
    max_per_day: Option<i32>,
    /// Days until points became usable.
    pending_days: i32,
    /// When points lapse.
    expiry_policy: PointsExpiryPolicy,
    /// Days the policy counts.
    expiry_days: Option<i32>,
    /// Whether it was in force.
    active: bool,
    /// Who wrote it.
    actor: Actor,
    /// When.
    created_at: DateTime,
}

impl From<&points_rule_version::Model> for PointsRuleVersion {
    fn from(row: &points_rule_version::Model) -> Self {
        Self {
            version: row.version,
            label: row.label.clone(),
            points_per_money_unit: row.points_per_money_unit_ppm.map(per_unit),
            fixed_points: row.fixed_points,
            max_per_day: row.max_per_day,
            pending_days: row.pending_days,
            expiry_policy: row.expiry_policy.0.into(),
            expiry_days: row.expiry_days,
            active: row.active,
            actor: Actor::new(row.actor_kind.0, row.actor_id),
            created_at: DateTime(row.created_at),
        }
    }
}

fn per_unit(ppm: i64) -> Decimal {
    Decimal(rust_decimal::Decimal::new(ppm, 6).normalize())
}
