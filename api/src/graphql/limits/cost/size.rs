//! Numbers of rows: what a literal or a variable gives, and whether it is in bounds.

use async_graphql::{Number, Pos, Value, Variables};
use thiserror::Error;

use crate::graphql::limits::{DEFAULT_PAGE, MAX_PAGE};

/// A number of rows asked for that no list gives.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("`{argument}` must be between 0 and {MAX_PAGE}.")]
pub struct SizeError {
    /// The argument.
    pub argument: &'static str,
    /// Where it stands in the document.
    pub position: Pos,
}

/// How a variable gives a number of rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Measure {
    /// It is the number.
    Number,
    /// It is a list of so many entries.
    Length,
}

/// A variable that decides a number of rows.
#[derive(Clone, Debug)]
pub(super) struct SizeVariable {
    pub(super) name: String,
    pub(super) measure: Measure,
    pub(super) argument: &'static str,
    pub(super) position: Pos,
}

impl SizeVariable {
    pub(super) fn size(&self, variables: &Variables) -> Result<u64, SizeError> {
        let size = match (self.measure, variables.get(self.name.as_str())) {
            (Measure::Number, Some(Value::Number(number))) => page_size(number),
            (Measure::Length, Some(Value::List(items))) => length(items),
            (measure, _) => Some(measure.when_left_out()),
        };
        size.ok_or(SizeError {
            argument: self.argument,
            position: self.position,
        })
    }
}

impl Measure {
    /// The size of a value that is left out, or of the wrong type: that is left to validation.
    pub(super) fn when_left_out(self) -> u64 {
        match self {
            Self::Number => DEFAULT_PAGE,
            Self::Length => 1,
        }
    }
}

/// The size a number gives; none when it is out of bounds.
pub(super) fn page_size(number: &Number) -> Option<u64> {
    number.as_u64().filter(|&size| size <= MAX_PAGE)
}

/// The size a list gives; none when it is out of bounds.
pub(super) fn length<T>(items: &[T]) -> Option<u64> {
    u64::try_from(items.len())
        .ok()
        .filter(|&size| size <= MAX_PAGE)
}
