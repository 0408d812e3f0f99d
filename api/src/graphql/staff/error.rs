use async_graphql::Enum;
use domain::locale::Locale;
use domain::permission::Permission;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::graphql::member::{
    password_field, say_token_invalid, say_wait, say_weak_password, say_wrong_credentials,
};
use crate::service::session::SessionError;
use crate::service::staff::StaffError;

/// Why a staff mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum StaffErrorCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Wrong e-mail or password.
    WrongCredentials,
    /// Wrong, used or old token.
    TokenInvalid,
    /// Too short or well known.
    PasswordWeak,
    /// Too many tries; wait.
    TooManyAttempts,
    /// More than you have.
    PermissionExceeded,
    /// The last administrator.
    LastAdmin,
}

user_error! {
    /// A refused staff mutation.
    StaffUserError, StaffErrorCode
}

impl StaffUserError {
    fn new(code: StaffErrorCode, message: String, field: Option<FieldPath>) -> Self {
        Self {
            message,
            field,
            code,
        }
    }
}

impl FromFailure<StaffError> for StaffUserError {
    fn from_failure(failure: StaffError, locale: &Locale) -> Result<Self, Error> {
        match failure {
            StaffError::PermissionExceeded { lacking } => {
                let lacking = lacking
                    .iter()
                    .map(Permission::to_string)
                    .collect::<Vec<_>>()
                    .join(", ");
                let message = say(
                    locale,
                    format!("You lack {lacking} yourself."),
                    format!("您自己没有以下权限：{lacking}。"),
                );
                Ok(Self::new(StaffErrorCode::PermissionExceeded, message, None))
            }
            StaffError::LastAdmin => Ok(Self::new(
                StaffErrorCode::LastAdmin,
                say(
                    locale,
                    "Somebody who can log in must keep STAFF_WRITE.",
                    "必须至少保留一位可登录且拥有 STAFF_WRITE 权限的管理员。",
                ),
                None,
            )),
            StaffError::Session(SessionError::WrongCredentials) => Ok(Self::new(
                StaffErrorCode::WrongCredentials,
                say_wrong_credentials(locale),
                None,
            )),
            StaffError::Session(SessionError::TokenInvalid) => Ok(Self::new(
                StaffErrorCode::TokenInvalid,
                say_token_invalid(locale),
                None,
            )),
            StaffError::Session(SessionError::PasswordWeak(reason)) => Ok(Self::new(
                StaffErrorCode::PasswordWeak,
                say_weak_password(locale, reason),
                Some(password_field()),
            )),
            StaffError::Session(SessionError::TooManyAttempts {
                retry_after_seconds,
            }) => Ok(Self::new(
                StaffErrorCode::TooManyAttempts,
                say_wait(locale, retry_after_seconds),
                None,
            )),
            StaffError::Session(SessionError::Common(error)) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => StaffErrorCode::NotFound,
                    CommonCode::Invalid => StaffErrorCode::Invalid,
                    CommonCode::Conflict | CommonCode::IdempotencyKeyReused => {
                        StaffErrorCode::Conflict
                    }
                };
                Ok(Self::new(code, message, field))
            }
        }
    }
}
