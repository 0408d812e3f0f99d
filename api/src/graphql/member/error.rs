use async_graphql::Enum;
use domain::locale::Locale;
use domain::password::WeakPassword;

use crate::error::{Error, FieldPath};
use crate::graphql::error::{CommonCode, FromFailure, refusal, say, user_error};
use crate::service::member::MemberError;
use crate::service::session::SessionError;

/// Why a member mutation is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum MemberErrorCode {
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
    /// The e-mail must be confirmed first.
    EmailUnverified,
}

user_error! {
    /// A refused member mutation.
    MemberUserError, MemberErrorCode
}

impl MemberUserError {
    fn new(code: MemberErrorCode, message: String, field: Option<FieldPath>) -> Self {
        Self {
            message,
            field,
            code,
        }
    }
}

impl FromFailure<MemberError> for MemberUserError {
    fn from_failure(failure: MemberError, locale: &Locale) -> Result<Self, Error> {
        match failure {
            MemberError::EmailUnverified => Ok(Self::new(
                MemberErrorCode::EmailUnverified,
                say(
                    locale,
                    "Confirm your e-mail first: use the link we sent you.",
                    "请先通过邮件中的链接确认您的邮箱。",
                ),
                None,
            )),
            MemberError::Session(error) => Self::from_failure(error, locale),
        }
    }
}

impl FromFailure<SessionError> for MemberUserError {
    fn from_failure(failure: SessionError, locale: &Locale) -> Result<Self, Error> {
        match failure {
            SessionError::WrongCredentials => Ok(Self::new(
                MemberErrorCode::WrongCredentials,
                say_wrong_credentials(locale),
                None,
            )),
            SessionError::TokenInvalid => Ok(Self::new(
                MemberErrorCode::TokenInvalid,
                say_token_invalid(locale),
                None,
            )),
            SessionError::PasswordWeak(reason) => Ok(Self::new(
                MemberErrorCode::PasswordWeak,
                say_weak_password(locale, reason),
                Some(password_field()),
            )),
            SessionError::TooManyAttempts {
                retry_after_seconds,
            } => Ok(Self::new(
                MemberErrorCode::TooManyAttempts,
                say_wait(locale, retry_after_seconds),
                None,
            )),
            SessionError::Common(error) => {
                let (code, message, field) = refusal(error, locale)?;
                let code = match code {
                    CommonCode::NotFound => MemberErrorCode::NotFound,
                    CommonCode::Invalid => MemberErrorCode::Invalid,
                    CommonCode::Conflict | CommonCode::IdempotencyKeyReused => {
                        MemberErrorCode::Conflict
                    }
                };
                Ok(Self::new(code, message, field))
            }
        }
    }
}

/// Every input with a new password has it in this field.
pub(in crate::graphql) fn password_field() -> FieldPath {
    vec!["input".to_owned(), "password".to_owned()]
}

pub(in crate::graphql) fn say_wrong_credentials(locale: &Locale) -> String {
    say(
        locale,
        "The e-mail or the password is wrong.",
        "邮箱或密码不正确。",
    )
}

pub(in crate::graphql) fn say_token_invalid(locale: &Locale) -> String {
    say(
        locale,
        "This link or token is wrong, used or too old.",
        "该链接或令牌无效、已使用或已过期。",
    )
}

pub(in crate::graphql) fn say_wait(locale: &Locale, seconds: u64) -> String {
    say(
        locale,
        format!("Too many tries; wait {seconds} seconds."),
        format!("尝试次数过多，请等待 {seconds} 秒。"),
    )
}

pub(in crate::graphql) fn say_weak_password(locale: &Locale, reason: WeakPassword) -> String {
    let zh = match reason {
        WeakPassword::TooShort => "密码至少需要 8 个字符。",
        WeakPassword::TooLong => "密码最多 128 个字符。",
        WeakPassword::Common => "该密码过于常见。",
        WeakPassword::IsEmail => "密码不能与邮箱相同。",
    };
    let en = match reason {
        WeakPassword::TooShort => "Use 8 characters or more.",
        WeakPassword::TooLong => "Use at most 128 characters.",
        WeakPassword::Common => "This password is well known; use another.",
        WeakPassword::IsEmail => "The password must not be the e-mail address.",
    };
    say(locale, en, zh)
}
