//! Why logging in or proving who one is was refused.

use domain::password::WeakPassword;

use crate::database::IsTransient;
use crate::error::Error;

/// Refusals around credentials, the same for members and staff.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No such account, or another password; the two are never told apart.
    #[error("wrong e-mail or password")]
    WrongCredentials,
    /// The token is unknown, used, too old or for something else.
    #[error("the token is wrong, used or too old")]
    TokenInvalid,
    /// The new password is too easy to guess.
    #[error(transparent)]
    PasswordWeak(#[from] WeakPassword),
    /// Tried too often; wait this long.
    #[error("too many tries; wait {retry_after_seconds} s")]
    TooManyAttempts {
        /// Seconds until another try is heard.
        retry_after_seconds: u64,
    },
    /// A failure every area has.
    #[error(transparent)]
    Common(Error),
}

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        // Here a limit is something the person at the keyboard can act on.
        if let Error::RateLimited {
            retry_after_seconds,
        } = error
        {
            Self::TooManyAttempts {
                retry_after_seconds,
            }
        } else {
            Self::Common(error)
        }
    }
}

impl From<sea_orm::DbErr> for SessionError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Common(error.into())
    }
}

impl IsTransient for SessionError {
    fn is_transient(&self) -> bool {
        matches!(self, Self::Common(error) if error.is_transient())
    }
}
