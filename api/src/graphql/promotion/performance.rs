use async_graphql::{Context, Object, Result, SimpleObject};
use domain::id::PromotionId;
use entity::promotion::Model;

use super::loader::{DaysOf, PerformanceOf};
use crate::error::Error;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Listed;
use crate::graphql::money::Money;
use crate::graphql::scalar::Date;
use crate::service::promotion::{Performance, Span};

/// Figures of a promotion.
pub struct PromotionPerformance {
    promotion: Model,
    span: Span,
    figures: Performance,
}

impl PromotionPerformance {
    /// Loads the figures of a promotion in a span of time.
    pub(super) async fn load(ctx: &Context<'_>, promotion: Model, span: Span) -> Result<Self> {
        let promotion_id = PromotionId(promotion.id);
        let key = PerformanceOf { promotion_id, span };
        let figures = ctx.loaders()?.load_one(key).await;
        Ok(Self {
            figures: figures
                .map_err(|error| top_level_shared(&error))?
                .unwrap_or_default(),
            promotion,
            span,
        })
    }
}

/// Figures of a promotion. Orders that gave it back do not count.
#[Object]
impl PromotionPerformance {
    /// Orders it counted in.
    fn orders(&self) -> Result<i32> {
        count(self.figures.uses)
    }

    /// Times it counted.
    fn uses(&self) -> Result<i32> {
        count(self.figures.uses)
    }

    /// Different members who ordered with it.
    fn members(&self) -> Result<i32> {
        count(self.figures.members)
    }

    /// Money given away.
    fn discount_total(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.figures.discount_minor)
    }

    /// Paid total of those orders, without what went back.
    fn revenue(&self, ctx: &Context<'_>) -> Result<Money> {
        money(ctx, self.figures.revenue_minor)
    }

    /// Budget left, null without one.
    fn budget_left(&self, ctx: &Context<'_>) -> Result<Option<Money>> {
        let used = self.promotion.used_minor;
        let left = self.promotion.budget_minor;
        left.map(|most| money(ctx, most.saturating_sub(used)))
            .transpose()
    }

    /// Uses left, null without a limit.
    fn uses_left(&self) -> Option<i32> {
        let used = self.promotion.used_count;
        self.promotion
            .budget_uses
            .map(|most| most.saturating_sub(used))
    }

    /// The same by day in the shop's time zone, oldest first; days without a use are left out.
    async fn days(&self, ctx: &Context<'_>) -> Result<Listed<PromotionDay>> {
        let key = DaysOf {
            promotion_id: PromotionId(self.promotion.id),
            span: self.span,
        };
        let days = ctx.loaders()?.load_one(key).await;
        let days = days.map_err(|error| top_level_shared(&error))?;
        days.unwrap_or_default()
            .iter()
            .map(|(day, figures)| {
                Ok(PromotionDay {
                    date: Date(*day),
                    uses: count(figures.uses)?,
                    members: count(figures.members)?,
                    discount_total: money(ctx, figures.discount_minor)?,
                    revenue: money(ctx, figures.revenue_minor)?,
                })
            })
            .collect()
    }
}

/// Figures of a promotion on one day.
#[derive(Clone, Debug, SimpleObject)]
pub struct PromotionDay {
    /// The day in the shop's time zone.
    date: Date,
    /// Times it counted.
    uses: i32,
    /// Different members who ordered with it.
    members: i32,
    /// Money given away.
    discount_total: Money,
    /// Paid total of those orders, without what went back.
    revenue: Money,
}

fn count(count: i64) -> Result<i32> {
    i32::try_from(count).map_err(|error| top_level(&Error::internal(error)))
}

fn money(ctx: &Context<'_>, minor: i64) -> Result<Money> {
    let currency = ctx.viewer()?.channel.currency.0;
    Ok(domain::Money::new(minor, currency).into())
}
