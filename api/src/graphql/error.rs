//! How failures leave the house: refusals a caller can act on as `userErrors`, the rest as top-level errors with a code.

use async_graphql::ErrorExtensions;
use domain::locale::Locale;

use crate::error::{Error, FieldPath};

/// Codes of top-level errors, in `extensions.code`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Code {
    /// The document is not GraphQL.
    GraphqlParseFailed,
    /// The document does not fit the schema.
    GraphqlValidationFailed,
    /// The HTTP request is not a GraphQL request.
    BadRequest,
    /// The operation named is not in the document.
    OperationResolutionFailure,
    /// A variable or argument cannot be accepted.
    BadUserInput,
    /// Nobody is logged in, or the token is no longer good.
    Unauthenticated,
    /// A permission is missing.
    Forbidden,
    /// Too many tries.
    RateLimited,
    /// The document asks for too much.
    CostLimitExceeded,
    /// A part of the shop does not answer; try again.
    Unavailable,
    /// A bug; the request id names it in the logs.
    InternalServerError,
}

impl Code {
    /// The code as it is sent.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::GraphqlParseFailed => "GRAPHQL_PARSE_FAILED",
            Self::GraphqlValidationFailed => "GRAPHQL_VALIDATION_FAILED",
            Self::BadRequest => "BAD_REQUEST",
            Self::OperationResolutionFailure => "OPERATION_RESOLUTION_FAILURE",
            Self::BadUserInput => "BAD_USER_INPUT",
            Self::Unauthenticated => "UNAUTHENTICATED",
            Self::Forbidden => "FORBIDDEN",
            Self::RateLimited => "RATE_LIMITED",
            Self::CostLimitExceeded => "COST_LIMIT_EXCEEDED",
            Self::Unavailable => "UNAVAILABLE",
            Self::InternalServerError => "INTERNAL_SERVER_ERROR",
        }
    }

    /// A top-level error with this code.
    #[must_use]
    pub fn error(self, message: impl Into<String>) -> async_graphql::Error {
        async_graphql::Error::new(message)
            .extend_with(|_, extensions| extensions.set("code", self.as_str()))
    }
}

/// Turns a failure into a top-level error. Internal detail goes to the log; the HTTP edge adds the request's id.
#[must_use]
pub fn top_level(error: &Error) -> async_graphql::Error {
    let code = match error {
        Error::NotFound(_)
        | Error::Conflict(_)
        | Error::Invalid { .. }
        | Error::IdempotencyKeyReused => Code::BadUserInput,
        Error::Unauthenticated => Code::Unauthenticated,
        Error::Forbidden(_) => Code::Forbidden,
        Error::RateLimited { .. } => Code::RateLimited,
        Error::Unavailable(_) => Code::Unavailable,
        Error::Internal(detail) => {
            tracing::error!(error = %detail, "a request failed by our fault");
            return Code::InternalServerError.error("Something went wrong on our side.");
        }
    };
    code.error(error.to_string())
}

/// Errors of loaders are shared by all who wait for a batch.
#[must_use]
pub fn top_level_shared(error: &std::sync::Arc<Error>) -> async_graphql::Error {
    top_level(error)
}

/// A refusal all areas share; each area gives it a code of its own enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CommonCode {
    /// Unknown or not yours.
    NotFound,
    /// Bad or missing value.
    Invalid,
    /// Changed meanwhile.
    Conflict,
    /// Key used for other input.
    IdempotencyKeyReused,
}

/// Splits a common failure: `Ok` with what a `userErrors` entry needs, `Err` with a failure for the top level.
///
/// # Errors
/// The failure itself when it is no refusal.
pub fn refusal(
    error: Error,
    locale: &Locale,
) -> Result<(CommonCode, String, Option<FieldPath>), Error> {
    match error {
        Error::NotFound(what) => Ok((
            CommonCode::NotFound,
            say(
                locale,
                format!("There is no such {what}."),
                format!("找不到该对象（{what}）。"),
            ),
            None,
        )),
        Error::Conflict(what) => Ok((
            CommonCode::Conflict,
            say(
                locale,
                format!("The {what} changed meanwhile; read it again."),
                format!("该对象（{what}）已被修改，请重新读取。"),
            ),
            None,
        )),
        Error::Invalid { field, message } => {
            let path = if field.is_empty() {
                None
            } else {
                Some(std::iter::once("input".to_owned()).chain(field).collect())
            };
            Ok((
                CommonCode::Invalid,
                say(locale, message.clone(), format!("输入无效：{message}")),
                path,
            ))
        }
        Error::IdempotencyKeyReused => Ok((
            CommonCode::IdempotencyKeyReused,
            say(
                locale,
                "This idempotency key was used for another request.",
                "该幂等键已用于其他请求。",
            ),
            None,
        )),
        other @ (Error::Unauthenticated
        | Error::Forbidden(_)
        | Error::RateLimited { .. }
        | Error::Unavailable(_)
        | Error::Internal(_)) => Err(other),
    }
}

/// Picks the text of the request's language.
pub fn say(locale: &Locale, en: impl Into<String>, zh: impl Into<String>) -> String {
    if locale.is_chinese() {
        zh.into()
    } else {
        en.into()
    }
}

/// What an area's failure becomes: an entry of `userErrors`, or a failure for the top level.
pub trait FromFailure<F>: Sized {
    /// Sorts every failure explicitly.
    ///
    /// # Errors
    /// A failure that is no refusal.
    fn from_failure(failure: F, locale: &Locale) -> Result<Self, Error>;
}

/// What a mutation's payload holds: the thing, or why not.
#[derive(Debug)]
pub struct Outcome<T, U> {
    /// Null if refused.
    pub value: Option<T>,
    /// Why it was refused; empty on success.
    pub user_errors: Vec<U>,
}

/// Sorts a service's answer for a payload.
///
/// # Errors
/// A top-level error for what is no refusal.
pub fn settle<T, F, U: FromFailure<F>>(
    answer: Result<T, F>,
    locale: &Locale,
) -> async_graphql::Result<Outcome<T, U>> {
    match answer {
        Ok(value) => Ok(Outcome {
            value: Some(value),
            user_errors: Vec::new(),
        }),
        Err(failure) => match U::from_failure(failure, locale) {
            Ok(user_error) => Ok(Outcome {
                value: None,
                user_errors: vec![user_error],
            }),
            Err(error) => Err(top_level(&error)),
        },
    }
}

/// Declares an area's `XUserError`.
macro_rules! user_error {
    ($(#[$doc:meta])* $name:ident, $code:ty) => {
        $(#[$doc])*
        #[derive(Clone, Debug, async_graphql::SimpleObject)]
        pub struct $name {
            /// For people.
            pub message: String,
            /// Path into `input`.
            pub field: Option<Vec<String>>,
            /// For programs.
            pub code: $code,
        }
    };
}
pub(crate) use user_error;

/// Declares the interface all user errors share; the areas' types are listed in `graphql::mod`.
macro_rules! user_error_interface {
    ($($variant:ident),* $(,)?) => {
        /// A refusal you can act on; each area adds its `code`.
        #[derive(async_graphql::Interface)]
        #[graphql(
            field(name = "message", ty = "&String", desc = "For people, in the request's language."),
            field(name = "field", ty = "&Option<Vec<String>>", desc = "Path into `input`, null for the whole.")
        )]
        pub enum UserError {
            $(
                #[doc = concat!("A `", stringify!($variant), "`.")]
                $variant($variant)
            ),*
        }
    };
}
pub(crate) use user_error_interface;
