use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::PromotionId;
use entity::promotion::Model;

use super::change::PromotionChange;
use super::condition::PromotionCondition;
use super::performance::PromotionPerformance;
use super::reward::PromotionReward;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::limits::meter::Metered;
use crate::graphql::money::{DateTimeRangeInput, Money};
use crate::graphql::scalar::DateTime;
use crate::service::promotion::Span;

/// Life of a promotion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::PromotionStatus")]
pub enum PromotionStatus {
    /// Being written.
    Draft,
    /// Written, waits for a second person's yes.
    PendingApproval,
    /// Activated, waits for its start.
    Scheduled,
    /// Running.
    Active,
    /// Stopped for now.
    Paused,
    /// Over.
    Ended,
    /// Put away.
    Archived,
}

/// Where a promotion lowers prices.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::PromotionStage")]
pub enum PromotionStage {
    /// In a cart, under its conditions.
    Cart,
    /// In the catalog, for everybody: of several the lowest price counts.
    Catalog,
}

/// How promotions of one group are settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::GroupMode")]
pub enum PromotionGroupMode {
    /// Only the best for the buyer counts.
    BestOf,
    /// All count, one after the other.
    Stack,
}

/// What a percentage is taken of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::DiscountBase")]
pub enum DiscountBase {
    /// The price before any discount.
    Base,
    /// What earlier discounts left of it.
    Running,
}

/// What may stand beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::promotion::PromotionClass")]
pub enum PromotionClass {
    /// Promotions on lines.
    Line,
    /// Promotions on the order.
    Order,
    /// Promotions on shipping.
    Shipping,
    /// Coupons.
    Coupon,
    /// Points spent.
    Points,
    /// Prices for tiers and segments; lines at such a price are passed by where it is not tolerated.
    MemberPrice,
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
    fn name(&self) -> &str {
        &self.0.name
    }

    /// Text for buyers.
    fn label(&self) -> &str {
        &self.0.label
    }

    /// Where it stands.
    fn status(&self, ctx: &Context<'_>) -> Result<PromotionStatus> {
        let now = ctx.app()?.clock.now();
        Ok(self
            .0
            .status
            .at(self.0.starts_at, self.0.ends_at, now)
            .into())
    }

    /// Where it lowers prices.
    fn stage(&self) -> PromotionStage {
        self.0.stage.0.into()
    }

    /// Whether it waits for a coupon.
    fn coupon_required(&self) -> bool {
        self.0.coupon_required
    }

    /// When it starts.
    fn starts_at(&self) -> Option<DateTime> {
        self.0.starts_at.map(DateTime)
    }

    /// When it ends.
    fn ends_at(&self) -> Option<DateTime> {
        self.0.ends_at.map(DateTime)
    }

    /// All must hold.
    fn conditions(&self, ctx: &Context<'_>) -> Result<Vec<PromotionCondition>> {
        ctx.meter(self.0.conditions.len())?;
        Ok(self.0.conditions.iter().map(Into::into).collect())
    }

    /// What the buyer gets.
    fn rewards(&self, ctx: &Context<'_>) -> Result<Vec<PromotionReward>> {
        ctx.meter(self.0.rewards.len())?;
        Ok(self.0.rewards.iter().map(Into::into).collect())
    }

    /// Lower numbers come first.
    fn priority(&self) -> i32 {
        self.0.priority
    }

    /// Promotions of one group compete.
    fn group(&self) -> Option<&str> {
        self.0.group_name.as_deref()
    }

    /// How its group is settled.
    fn group_mode(&self) -> PromotionGroupMode {
        self.0.group_mode.0.into()
    }

    /// Whether it stops all later ones.
    fn exclusive(&self) -> bool {
        self.0.exclusive
    }

    /// What it tolerates beside it; both sides must agree.
    fn combines_with(&self) -> Vec<PromotionClass> {
        self.0
            .combines_with
            .iter()
            .copied()
            .map(Into::into)
            .collect()
    }

    /// Groups it tolerates beside it whatever their class.
    fn combines_with_groups(&self) -> Vec<&str> {
        self.0
            .combines_with_groups
            .iter()
            .map(String::as_str)
            .collect()
    }

    /// What its percentages are taken of.
    fn discount_base(&self) -> DiscountBase {
        self.0.discount_base.0.into()
    }

    /// Whether goods at a reduced price count towards its conditions and get its rewards.
    fn applies_to_discounted(&self) -> bool {
        self.0.applies_to_discounted
    }

    /// Most it takes off one order.
    fn max_discount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.max_discount_minor)
    }

    /// What must stay to pay.
    fn min_payable(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.min_payable_minor)
    }

    /// Money it may give away in all.
    fn budget_amount(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        money(ctx, self.0.budget_minor)
    }

    /// Times it may be used in all.
    fn budget_uses(&self) -> Option<i32> {
        self.0.budget_uses
    }

    /// Times one member may use it.
    fn uses_per_member(&self) -> Option<i32> {
        self.0.uses_per_member
    }

    /// Figures for a span of time; since the start if left out.
    async fn performance(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Span of time.")] during: Option<DateTimeRangeInput>,
    ) -> Result<PromotionPerformance> {
        let span = during.map_or_else(Span::default, |during| Span {
            from: during.from.map(|at| at.0),
            until: during.until.map(|at| at.0),
        });
        PromotionPerformance::load(ctx, self.0.clone(), span).await
    }

    /// What happened to it, newest first.
    async fn changes(&self, ctx: &Context<'_>) -> Result<Vec<PromotionChange>> {
        PromotionChange::load(ctx, self.0.id).await
    }

    /// Counts changes.
    fn version(&self) -> i32 {
        self.0.version
    }

    /// When it last changed.
    fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }
}

/// Shows an amount in the currency of the channel.
pub(super) fn money(ctx: &Context<'_>, minor: Option<i64>) -> Result<Option<Money>> {
    let currency = ctx.viewer()?.channel.currency.0;
    Ok(minor.map(|minor| domain::Money::new(minor, currency).into()))
}

connection!(
    PromotionConnection,
    PromotionEdge,
    Promotion,
    "The promotion."
);
