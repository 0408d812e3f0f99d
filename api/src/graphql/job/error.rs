use async_graphql::Enum;
use domain::job::NotFailed;
use domain::locale::Locale;

use crate::error::Error;
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::job::JobError;

/// Why an operations mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum OperationsErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Not in this status.
    InvalidTransition,
    /// The address is private or not reachable.
    UrlRefused,
}

user_error! {
    /// A refused operations mutation.
    OperationsUserError, OperationsErrorCode
}

impl FromFailure<JobError> for OperationsUserError {
    fn from_failure(failure: JobError, locale: &Locale) -> Result<Self, Error> {
        match failure {
            JobError::NotFailed(NotFailed(status)) => Ok(Self {
                message: say(
                    locale,
                    format!("Only a failed job can run again; this one is {status}."),
                    format!("只能重新运行失败的任务；该任务的状态为 {status}。"),
                ),
                field: Some(["input", "jobId"].map(str::to_owned).to_vec()),
                code: OperationsErrorCode::InvalidTransition,
            }),
            JobError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => OperationsErrorCode::NotFound,
                    CommonCode::Invalid => OperationsErrorCode::Invalid,
                    CommonCode::Conflict | CommonCode::IdempotencyKeyReused => {
                        OperationsErrorCode::Conflict
                    }
                };
                Ok(Self {
                    message,
                    field,
                    code,
                })
            }
        }
    }
}
