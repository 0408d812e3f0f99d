use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::PromotionId;
use entity::promotion::Model;

use super::rule::{PromotionCondition, PromotionReward};
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::Money;
use crate::graphql::scalar::DateTime;

/// Life of a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::PromotionStatus")]
pub enum PromotionStatus {
    /// Being written.
    Draft,
    /// Activated, waits for its start.
    Scheduled,
    /// Running.
    Active,
    /// Stopped for now.
    Paused,
    /// Over.
    Ended,
}

/// A rule that lowers prices by itself or by coupon.
#[derive(Clone)]
pub struct Promotion(pub Model);

/// A rule that lowers prices by itself or by coupon.
#[Object]
impl Promotion {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PromotionId(self.0.id).to_string().into()
    }

    /// Name for staff.
    async fn name(&self) -> &str {
        &self.0.name
    }

    /// Text for buyers.
    async fn label(&self) -> &str {
        &self.0.label
    }

    /// Where it stands.
    async fn status(&self, ctx: &Context<'_>) -> Result<PromotionStatus> {
        let now = ctx.app()?.clock.now();
        Ok(self
            .0
            .status
            .at(self.0.starts_at, self.0.ends_at, now)
            .into())
    }

    /// Whether it waits for a coupon.
    async fn coupon_required(&self) -> bool {
        self.0.coupon_required
    }

    /// When it starts.
    async fn starts_at(&self) -> Option<DateTime> {
        self.0.starts_at.map(DateTime)
    }

    /// When it ends.
    async fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }

    /// All must hold.
    async fn conditions(&self, ctx: &Context<'_>) -> Result<Vec<PromotionCondition>> {
        ctx.meter(self.0.conditions.len())?;
        Ok(self.0.conditions.iter().map(Into::into).collect())
    }

    /// What the buyer gets.
    async fn rewards(&self, ctx: &Context<'_>) -> Result<Vec<PromotionReward>> {
        ctx.meter(self.0.rewards.len())?;
        Ok(self.0.rewards.iter().map(Into::into).collect())
    }

    /// Lower numbers come first.
    async fn priority(&self) -> i32 {
        self.0.priority
    }

    /// Most it takes off one order.
    async fn max_discount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let currency = ctx.viewer()?.channel.currency.0;
        Ok(self
            .0
            .max_discount_minor
            .map(|minor| domain::Money::new(minor, currency).into()))
    }

    /// Times it may be used in all.
    async fn budget_uses(&self) -> Option<i32> {
        self.0.budget_uses
    }

    /// Times one member may use it.
    async fn uses_per_member(&self) -> Option<i32> {
        self.0.uses_per_member
    }

    /// Counts changes.
    async fn version(&self) -> i32 {
        self.0.version
    }

    /// When it last changed.
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

connection!(
    PromotionConnection,
    PromotionEdge,
    Promotion,
    "The promotion."
);
