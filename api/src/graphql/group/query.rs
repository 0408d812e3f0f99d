use async_graphql::{Context, Object, Result};

use super::types::MemberGroup;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::group;

/// Queries about groups of members.
#[derive(Default)]
pub struct GroupQuery;

#[Object]
impl GroupQuery {
    /// Groups of members by code. Needs permission MEMBER_READ.
    async fn member_groups(&self, ctx: &Context<'_>) -> Option<Result<Vec<MemberGroup>>> {
        let groups = async {
            let rows = group::list(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            Ok(rows.into_iter().map(MemberGroup).collect())
        };
        Some(groups.await)
    }
}
