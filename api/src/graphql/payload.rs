//! Payloads of mutations: the thing, or why not.

use async_graphql::{Context, Result};

use super::context::Reach;
use super::error::{FromFailure, Outcome, settle};
use crate::error::Error;

/// Sorts a service's answer in the viewer's language.
///
/// # Errors
/// A top-level error for what is no refusal.
pub fn outcome<T, F, U: FromFailure<F>>(
    ctx: &Context<'_>,
    answer: Result<T, F>,
) -> Result<Outcome<T, U>> {
    settle(answer, &ctx.viewer()?.locale)
}

/// Runs a use case on an input that may be unreadable.
///
/// # Errors
/// A top-level error for what is no refusal.
pub async fn run<I, C, T, F, U>(
    ctx: &Context<'_>,
    input: I,
    use_case: impl AsyncFnOnce(C) -> Result<T, F>,
) -> Result<Outcome<T, U>>
where
    C: TryFrom<I, Error = Error>,
    F: From<Error>,
    U: FromFailure<F>,
{
    let answer = match C::try_from(input) {
        Ok(command) => use_case(command).await,
        Err(error) => Err(error.into()),
    };
    outcome(ctx, answer)
}

/// Declares the payloads of an area's mutations that show one thing, or its errors.
macro_rules! payloads {
    ($error:ty; $($(#[$doc:meta])* $name:ident { $field:ident: $value:ty })+) => {$(
        $(#[$doc])*
        #[derive(async_graphql::SimpleObject)]
        pub(super) struct $name {
            /// Null if refused.
            $field: Option<$value>,
            /// Why it was refused.
            user_errors: Vec<$error>,
        }

        impl $name {
            /// Shows what became of the request.
            pub(super) fn new<T>(
                outcome: $crate::graphql::error::Outcome<T, $error>,
                wrap: impl FnOnce(T) -> $value,
            ) -> Self {
                Self {
                    $field: outcome.value.map(wrap),
                    user_errors: outcome.user_errors,
                }
            }
        }
    )+};
}
pub(crate) use payloads;
