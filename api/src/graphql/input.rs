//! Small translations every area's inputs need.

use async_graphql::{Context, ID, MaybeUndefined};
use domain::id::TypedId;

use super::error::{Code, top_level};
use crate::error::{Error, Result};
use crate::service::page::PageRequest;

/// Reads a global id of a mutation's `input`: a wrong or broken one is a refusal of that field.
///
/// # Errors
/// [`Error::Invalid`] at `field`.
pub fn id_in<T: TypedId>(id: &ID, field: &[&str]) -> Result<T> {
    T::parse(id).map_err(|error| Error::invalid(field, error.to_string()))
}

/// Reads a global id given as an argument.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub fn id_arg<T: TypedId>(id: &ID) -> async_graphql::Result<T> {
    T::parse(id).map_err(|error| Code::BadUserInput.error(error.to_string()))
}

/// Reads the paging arguments of a connection; counts all rows only when `totalCount` is selected.
///
/// # Errors
/// `BAD_USER_INPUT`.
pub fn paging(
    ctx: &Context<'_>,
    first: Option<i32>,
    after: Option<String>,
    last: Option<i32>,
    before: Option<String>,
) -> async_graphql::Result<PageRequest> {
    let request =
        PageRequest::try_new(first, after, last, before).map_err(|error| top_level(&error))?;
    Ok(request.with_total(ctx.look_ahead().field("totalCount").exists()))
}

/// A field to change: left out stays, null clears.
#[must_use]
pub fn patch<T>(value: MaybeUndefined<T>) -> Option<Option<T>> {
    match value {
        MaybeUndefined::Undefined => None,
        MaybeUndefined::Null => Some(None),
        MaybeUndefined::Value(value) => Some(Some(value)),
    }
}
