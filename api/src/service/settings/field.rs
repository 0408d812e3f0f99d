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

/// The address of a page for carts: http or https, with the place of the cart's id.
///
/// # Errors
/// [`Error::Invalid`] at `shop.cartUrl`.
pub(super) fn cart_url(text: String) -> Result<String> {
    let filled = abandoned::recover_url(&text, "cart_0");
    let is_page = url::Url::parse(&filled)
        .is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host());
    let has_place = text.matches(abandoned::CART_ID).count() == 1;
    let is_plain = text
        .chars()
        .all(|letter| !letter.is_control() && !letter.is_whitespace());
    if is_page && has_place && is_plain && text.len() <= MAX_URL {
        return Ok(text);
    }
    Err(Error::invalid(
        &["shop", "cartUrl"],
        format!(
            "an http or https address of at most {MAX_URL} bytes with one {}",
            abandoned::CART_ID
        ),
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
