//! Checks every setting shares.

use std::collections::BTreeMap;

use domain::address::CountryCode;
use domain::locale::Locale;
use sea_orm::ActiveValue;

use crate::error::{Error, Result};

/// A change: left out stays, `Some(None)` clears.
pub type Patch<T> = Option<Option<T>>;

/// Longest name, in characters.
const MAX_NAME: usize = 200;
/// Longest code, in bytes.
const MAX_CODE: usize = 40;
/// Most settings in one call.
const MAX_ROWS: usize = 500;

/// A short key: letters, digits, `-` and `_`.
///
/// # Errors
/// [`Error::Invalid`] at `field`.
pub(crate) fn code(text: &str, field: &[&str]) -> Result<String> {
    let trimmed = text.trim();
    let is_plain = trimmed
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
    if trimmed.is_empty() || trimmed.len() > MAX_CODE || !is_plain {
        return Err(Error::invalid(
            field,
            format!("a code has 1 to {MAX_CODE} letters, digits, - or _"),
        ));
    }
    Ok(trimmed.to_owned())
}

/// A name to show: one line, not blank.
///
/// # Errors
/// [`Error::Invalid`] at `field`.
pub(crate) fn name(text: &str, field: &[&str]) -> Result<String> {
    let trimmed = text.trim();
    if trimmed.is_empty()
        || trimmed.chars().count() > MAX_NAME
        || trimmed.chars().any(char::is_control)
    {
        return Err(Error::invalid(
            field,
            format!("a name is one line of 1 to {MAX_NAME} characters"),
        ));
    }
    Ok(trimmed.to_owned())
}

/// A name that a new row must have.
pub(super) fn needed_name(text: Option<String>, field: &[&str]) -> Result<String> {
    name(
        &text.ok_or_else(|| Error::invalid(field, "a new one needs a name"))?,
        field,
    )
}

/// Names by language tag.
pub(super) fn translations(
    texts: BTreeMap<Locale, String>,
    field: &[&str],
) -> Result<BTreeMap<String, String>> {
    texts
        .into_iter()
        .map(|(locale, text)| Ok((locale.to_string(), name(&text, field)?)))
        .collect()
}

/// Country codes as stored, sorted and single.
pub(super) fn countries(codes: Vec<CountryCode>) -> Vec<String> {
    let mut codes: Vec<String> = codes.into_iter().map(|code| code.to_string()).collect();
    codes.sort();
    codes.dedup();
    codes
}

/// Bounds the rows of a bulk call, and refuses the same key twice.
pub(crate) fn distinct<'a>(list: &str, keys: impl ExactSizeIterator<Item = &'a str>) -> Result<()> {
    if keys.len() > MAX_ROWS {
        return Err(Error::invalid(
            &[list],
            format!("at most {MAX_ROWS} at a time"),
        ));
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, key) in keys.enumerate() {
        if !seen.insert(key) {
            return Err(Error::invalid(
                &[list, &index.to_string()],
                format!("{key} is given twice"),
            ));
        }
    }
    Ok(())
}

/// Sets a column when a value is given.
pub(crate) fn assign<T: Into<sea_orm::Value>>(column: &mut ActiveValue<T>, value: Option<T>) {
    if let Some(value) = value {
        *column = ActiveValue::Set(value);
    }
}
