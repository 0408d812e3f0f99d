//! Why a member's mutation was refused.

use domain::address::AddressError;
use domain::member::ProfileError;

use crate::database::IsTransient;
use crate::error::Error;
use crate::service::session::SessionError;

/// Refusals of the area.
#[derive(Debug, thiserror::Error)]
pub enum MemberError {
    /// The e-mail must be confirmed first; told only to who knows the password.
    #[error("the e-mail is not confirmed")]
    EmailUnverified,
    /// Credentials, tokens, passwords, limits, and what every area has.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl MemberError {
    /// A profile field at fault, below `member`.
    pub(super) fn profile(error: &ProfileError) -> Self {
        Error::invalid(&["member", error.field()], error.to_string()).into()
    }

    /// An address field at fault, below `memberAddress.address`.
    pub(super) fn address(error: &AddressError) -> Self {
        Error::invalid(
            &["memberAddress", "address", error.field()],
            error.to_string(),
        )
        .into()
    }
}

impl From<Error> for MemberError {
    fn from(error: Error) -> Self {
        Self::Session(error.into())
    }
}

impl From<sea_orm::DbErr> for MemberError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Session(error.into())
    }
}

impl IsTransient for MemberError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Session(error) => error.is_transient(),
            Self::EmailUnverified => false,
        }
    }
}
