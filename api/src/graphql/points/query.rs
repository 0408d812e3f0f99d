use async_graphql::{Context, Object, Result};

use super::types::PointsRule;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
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
}
