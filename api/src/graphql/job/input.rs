use async_graphql::{ID, InputObject};

/// Input of jobRetry.
#[derive(Clone, Debug, InputObject)]
pub(super) struct JobRetryInput {
    /// The job.
    pub job_id: ID,
}
