use async_graphql::{Context, ID, Object, Result};

use super::types::{Job, JobConnection, JobFilter};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::{id_arg, paging};
use crate::service::job;

/// Queries about background work.
#[derive(Default)]
pub struct JobQuery;

#[Object]
impl JobQuery {
    /// One job. Yours, or needs permission JOB_READ.
    async fn job(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Option<Result<Job>> {
        let found = async {
            let row = job::find(ctx.app()?, ctx.viewer()?, id_arg(&id)?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(row.map(Job))
        };
        found.await.transpose()
    }

    /// Background work, newest first. Needs permission JOB_READ.
    async fn jobs(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<JobFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<JobConnection>> {
        let page = async {
            let request = paging(ctx, first, after, last, before)?;
            let filter = filter.unwrap_or_default().into();
            let page = job::jobs(ctx.app()?, ctx.viewer()?, &filter, &request).await;
            page.map(|page| JobConnection::new(page, Job))
                .map_err(|error| top_level(&error))
        };
        Some(page.await)
    }
}
