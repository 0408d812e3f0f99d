//! Why a staff mutation was refused.

use domain::permission::Permission;

use crate::database::IsTransient;
use crate::error::Error;
use crate::service::session::SessionError;

/// Refusals of the area.
#[derive(Debug, thiserror::Error)]
pub enum StaffError {
    /// The caller lacks some of what would be given or touched.
    #[error("this takes permissions you do not have")]
    PermissionExceeded {
        /// What the caller lacks.
        lacking: Vec<Permission>,
    },
    /// Nobody who can log in would be left to manage staff.
    #[error("somebody who can log in must keep {}", Permission::StaffWrite)]
    LastAdmin,
    /// Credentials, tokens, passwords, limits, and what every area has.
    #[error(transparent)]
    Session(#[from] SessionError),
}

impl From<Error> for StaffError {
    fn from(error: Error) -> Self {
        Self::Session(error.into())
    }
}

impl From<sea_orm::DbErr> for StaffError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Session(error.into())
    }
}

impl IsTransient for StaffError {
    fn is_transient(&self) -> bool {
        match self {
            Self::Session(error) => error.is_transient(),
            Self::PermissionExceeded { .. } | Self::LastAdmin => false,
        }
    }
}
