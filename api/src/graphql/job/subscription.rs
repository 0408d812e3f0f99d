use async_graphql::{Context, ID, Result, Subscription};
use futures_util::stream::Stream;

use super::types::Job;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::id_arg;
use crate::graphql::watch::now_and_later;
use crate::service::job;
use crate::service::watch::Thing;

/// Subscriptions to background work.
#[derive(Default)]
pub struct JobSubscription;

#[Subscription]
impl JobSubscription {
    /// A job now, and each time it moves on, until it ends. Yours, or needs permission JOB_READ.
    async fn job_progress(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: ID,
    ) -> Result<impl Stream<Item = Option<Job>>> {
        let found = job::find(ctx.app()?, ctx.viewer()?, id_arg(&id)?).await;
        let found = found.map_err(|error| top_level(&error))?;
        let going = found.as_ref().filter(|job| job.finished_at.is_none());
        let thing = going.map(|job| Thing::Job(job.id));
        now_and_later(ctx, thing, vec![found.map(Job)])
    }
}
