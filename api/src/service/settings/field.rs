//! Checks every setting shares.

use std::collections::BTreeMap;

use domain::address::CountryCode;
use domain::cart::abandoned;
use domain::locale::Locale;
use sea_orm::ActiveValue;

use crate::error::{Error, Result};

/// A change: left out stays, `Some(None)` clears.
pub type Patch<T> = Option<Option<T>>;

/// Longest name, in characters.
const MAX_NAME: usize = 200;
/// Longest code, in bytes.
const MAX_CODE: usize = 40;
/// Longest address of a page, in bytes.
const MAX_URL: usize = 500;
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

/// The address of a page for carts: https, or http on this machine, with the place of the cart's id behind the host.
///
/// # Errors
/// [`Error::Invalid`] at `shop.cartUrl`.
pub(super) fn cart_url(text: String) -> Result<String> {
    let filled = |id| url::Url::parse(&abandoned::recover_url(&text, id)).ok();
    let is_page = filled("a").zip(filled("b")).is_some_and(|(one, other)| {
        let is_local = matches!(one.host_str(), Some("localhost" | "127.0.0.1" | "[::1]"));
        let is_safe = one.scheme() == "https" || (one.scheme() == "http" && is_local);
        let has_user = !one.username().is_empty() || one.password().is_some();
        is_safe && !has_user && one.origin() == other.origin()
    });
    let has_place = text.matches(abandoned::CART_ID).count() == 1;
    let is_plain = !text.contains(|letter: char| letter.is_control() || letter.is_whitespace());
    if is_page && has_place && is_plain && text.len() <= MAX_URL {
        return Ok(text);
    }
    let place = abandoned::CART_ID;
    Err(Error::invalid(
        &["shop", "cartUrl"],
        format!("an https address of at most {MAX_URL} bytes with one {place} behind its host"),
    ))
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
