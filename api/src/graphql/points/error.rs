use async_graphql::Enum;
use domain::locale::Locale;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::points::PointsError;

/// Why a points mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum PointsErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
    /// More than the balance.
    InsufficientPoints,
    /// More than you may adjust alone.
    LimitExceeded,
}

user_error! {
    /// A refused points mutation.
    PointsUserError, PointsErrorCode
}

impl FromFailure<PointsError> for PointsUserError {
    fn from_failure(failure: PointsError, locale: &Locale) -> Result<Self, Error> {
        let points =
            || -> Option<FieldPath> { Some(vec!["input".to_owned(), "points".to_owned()]) };
        let (code, message, field) = match failure {
            PointsError::Insufficient { available } => (
                PointsErrorCode::InsufficientPoints,
                say(
                    locale,
                    format!("The member has only {available} points."),
                    format!("该会员仅有 {available} 积分。"),
                ),
                points(),
            ),
            PointsError::LimitExceeded { limit } => (
                PointsErrorCode::LimitExceeded,
                say(
                    locale,
                    format!(
                        "At most {limit} points may be adjusted alone; ask with pointsAdjustmentRequest."
                    ),
                    format!(
                        "单人最多可调整 {limit} 积分，更多请提交审批（pointsAdjustmentRequest）。"
                    ),
                ),
                points(),
            ),
            PointsError::SecondPerson => (
                PointsErrorCode::LimitExceeded,
                say(
                    locale,
                    "Another member of the staff must answer.",
                    "须由另一位员工审批。",
                ),
                None,
            ),
            PointsError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => PointsErrorCode::NotFound,
                    CommonCode::Invalid => PointsErrorCode::Invalid,
                    CommonCode::Conflict => PointsErrorCode::Conflict,
                    CommonCode::IdempotencyKeyReused => PointsErrorCode::IdempotencyKeyReused,
                };
                (code, message, field)
            }
        };
        Ok(Self {
            message,
            field,
            code,
        })
    }
}
