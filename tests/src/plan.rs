//! How much of a long test is done: numbers in the environment.

use std::str::FromStr;

/// Reads a number; `None` when it is not said.
///
/// # Panics
/// When what is said is no number.
#[must_use]
pub fn number<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(
        text.parse()
            .unwrap_or_else(|_| panic!("{name} is no number: {text}")),
    )
}
