//! Why something with points is refused.

use crate::database::IsTransient;
use crate::error::Error;

/// A refusal of a points operation.
#[derive(Debug, thiserror::Error)]
pub enum PointsError {
    /// What every use case can fail with.
    #[error(transparent)]
    Common(#[from] Error),
    /// More than can be spent or taken.
    #[error("only {available} points are left")]
    Insufficient {
        /// Points that are left.
        available: u32,
    },
    /// More than one may adjust alone.
    #[error("at most {limit} points may be adjusted alone")]
    LimitExceeded {
        /// The most.
        limit: i32,
    },
    /// Whoever asked cannot answer, nor can a program.
    #[error("a second person must answer")]
    SecondPerson,
}

impl From<sea_orm::DbErr> for PointsError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl From<domain::points::PointsError> for PointsError {
    fn from(error: domain::points::PointsError) -> Self {
        match error {
            domain::points::PointsError::Insufficient { available } => {
                Self::Insufficient { available }
            }
        }
    }
}

impl IsTransient for PointsError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Common(error) => error.is_transient(),
            Self::Insufficient { .. } | Self::LimitExceeded { .. } | Self::SecondPerson => false,
        }
    }
}
