//! Why something with jobs is refused.

use domain::job::NotFailed;

use crate::database::IsTransient;
use crate::error::Error;

/// A refusal of an operation on jobs.
#[derive(Debug, thiserror::Error)]
pub enum JobError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// The job waits, runs or is done.
    #[error(transparent)]
    NotFailed(#[from] NotFailed),
}

impl From<sea_orm::DbErr> for JobError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for JobError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::NotFailed(_) => false,
        }
    }
}
