use async_graphql::{Context, Object, Result};
use domain::id::JobId;

use super::error::OperationsUserError;
use super::input::JobRetryInput;
use super::types::Job;
use crate::graphql::context::Reach;
use crate::graphql::input::id_in;
use crate::graphql::payload::{outcome, payloads};
use crate::service::job::{self, JobError};

/// Mutations of background work.
#[derive(Default)]
pub struct JobMutation;

payloads! {
    OperationsUserError;

    /// Result of jobRetry.
    JobRetryPayload { job: Job }
}

#[Object]
impl JobMutation {
    /// Runs a failed job again. Needs permission JOB_WRITE.
    async fn job_retry(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: JobRetryInput,
    ) -> Option<Result<JobRetryPayload>> {
        let payload = async {
            let answer = match id_in::<JobId>(&input.job_id, &["jobId"]) {
                Ok(id) => job::retry(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(JobError::Common(error)),
            };
            Ok(JobRetryPayload::new(outcome(ctx, answer)?, Job))
        };
        Some(payload.await)
    }
}
