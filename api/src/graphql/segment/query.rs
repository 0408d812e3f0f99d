use async_graphql::{Context, Object, Result};

use super::types::Segment;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::segment;

/// Queries about segments.
#[derive(Default)]
pub struct SegmentQuery;

#[Object]
impl SegmentQuery {
    /// Segments of members by code. Needs permission MEMBER_READ.
    async fn segments(&self, ctx: &Context<'_>) -> Option<Result<Vec<Segment>>> {
        let segments = async {
            let rows = segment::list(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(Segment).collect())
        };
        Some(segments.await)
    }
}
