use async_graphql::{Context, Object, Result};

use super::types::{AuditEntry, AuditEntryConnection, AuditEntryFilter};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::service::audit;

/// Queries about who changed what.
#[derive(Default)]
pub struct AuditQuery;

#[Object]
impl AuditQuery {
    /// Who changed what, newest first. Needs permission AUDIT_READ.
    async fn audit_entries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<AuditEntryFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<AuditEntryConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().read()?;
            let page = audit::entries(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| AuditEntryConnection::new(page, AuditEntry))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }
}
