use async_graphql::{Context, Object, Result};

use super::types::MemberTier;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::tier;

/// Queries about tiers.
#[derive(Default)]
pub struct TierQuery;

#[Object]
impl TierQuery {
    /// Tiers from lowest to highest.
    async fn member_tiers(&self, ctx: &Context<'_>) -> Result<Vec<MemberTier>> {
        let viewer = ctx.viewer()?;
        let rows = tier::list(ctx.app()?, viewer)
            .await
            .map_err(|error| top_level(&error))?;
        ctx.meter(rows.len())?;
        Ok(rows
            .into_iter()
            .map(|row| MemberTier::new(row, &viewer.channel))
            .collect())
    }
}
