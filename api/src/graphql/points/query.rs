use async_graphql::{Context, Object, Result};

use super::adjustment::{PointsAdjustment, PointsAdjustmentConnection, PointsAdjustmentFilter};
use super::balance::PointsTrialBalance;
use super::rule::PointsRule;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::graphql::limits::meter::Metered;
use crate::service::points;

/// Queries about points.
#[derive(Default)]
pub struct PointsQuery;

#[Object]
impl PointsQuery {
    /// Rules by which members earn points. Needs permission POINTS_READ.
    async fn points_rules(&self, ctx: &Context<'_>) -> Option<Result<Vec<PointsRule>>> {
        let rules = async {
            let rows = points::rules(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(PointsRule).collect())
        };
        Some(rules.await)
    }

    /// Adjustments of points that need a second person, newest first. Needs permission POINTS_READ.
    async fn points_adjustments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<PointsAdjustmentFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<PointsAdjustmentConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = points::adjustments(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| PointsAdjustmentConnection::new(page, PointsAdjustment))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }

    /// Adds up the whole ledger. Needs permission POINTS_READ.
    async fn points_trial_balance(&self, ctx: &Context<'_>) -> Option<Result<PointsTrialBalance>> {
        let balance = async {
            points::trial_balance(ctx.app()?, ctx.viewer()?)
                .await
                .map(Into::into)
                .map_err(|error| top_level(&error))
        };
        Some(balance.await)
    }
}
