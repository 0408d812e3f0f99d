//! What every use case can fail with, whatever its area.
//!
//! Each area of `service` has an error enum of its own whose variants are facts a caller can act on, and which holds this
//! one for the rest (`#[error(transparent)] Common(#[from] Error)`). `graphql::error` turns both into answers.

use domain::permission::Permission;
use domain::text_enum::TextEnum as _;

/// Path of the offending value below a mutation's `input`, such as `["lines", "0", "quantity"]`.
pub type FieldPath = Vec<String>;

/// What [`Error::Unavailable`] names when races were lost too often; the transaction may simply be run again.
pub const BUSY: &str = "the database (busy)";

/// A failure no area owns.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The object is unknown, or not the viewer's: the two are never told apart.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The object changed since the caller read it.
    #[error("{0} changed meanwhile")]
    Conflict(&'static str),
    /// A value that can never be accepted.
    #[error("{message}")]
    Invalid {
        /// Where it stands in `input`; empty for the whole.
        field: FieldPath,
        /// What was expected, in English.
        message: String,
    },
    /// The idempotency key was used with another input.
    #[error("the idempotency key was used for another request")]
    IdempotencyKeyReused,
    /// Nobody is logged in.
    #[error("log in first")]
    Unauthenticated,
    /// The viewer lacks this permission.
    #[error("permission {} is needed", .0.as_str())]
    Forbidden(Permission),
    /// Too many tries; wait this long.
    #[error("too many tries; wait {retry_after_seconds} s")]
    RateLimited {
        /// Seconds until another try is heard.
        retry_after_seconds: u64,
    },
    /// A part we depend on does not answer; the same request may be sent again.
    #[error("{0} is unavailable")]
    Unavailable(&'static str),
    /// A bug or broken data: logged under the request's id, never shown.
    #[error("internal error: {0}")]
    Internal(Box<dyn std::error::Error + Send + Sync>),
}

impl Error {
    /// Makes an [`Error::Invalid`] for one field of `input`.
    pub fn invalid(field: &[&str], message: impl Into<String>) -> Self {
        Self::Invalid {
            field: field.iter().map(|part| (*part).to_owned()).collect(),
            message: message.into(),
        }
    }

    /// Wraps a failure that is nobody's input.
    pub fn internal(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Internal(error.into())
    }
}

impl From<sea_orm::DbErr> for Error {
    fn from(error: sea_orm::DbErr) -> Self {
        match crate::database::classify(&error) {
            crate::database::Failure::Unreachable => Self::Unavailable("the database"),
            crate::database::Failure::Transient => Self::Unavailable(BUSY),
            crate::database::Failure::Other => Self::internal(error),
        }
    }
}

impl From<entity::Corrupt> for Error {
    fn from(error: entity::Corrupt) -> Self {
        Self::internal(error)
    }
}

/// The usual result of a use case without refusals of its own.
pub type Result<T, E = Error> = std::result::Result<T, E>;
