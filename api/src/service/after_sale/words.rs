//! Words of people, checked, and words of the shop.

use domain::locale::Locale;

use crate::error::{Error, Result};

/// Longest note or answer, in characters.
const MAX_WORDS: usize = 1_000;

/// Trims words somebody may add; blank ones are none.
///
/// # Errors
/// [`Error::Invalid`] for too many.
pub(super) fn words(field: &str, text: Option<&str>) -> Result<Option<String>> {
    let text = text.map(str::trim).filter(|text| !text.is_empty());
    if text.is_some_and(|text| text.chars().count() > MAX_WORDS) {
        let message = format!("at most {MAX_WORDS} characters");
        return Err(Error::invalid(&[field], message));
    }
    Ok(text.map(str::to_owned))
}

/// Why money goes back, in the buyer's language.
pub(super) fn refund_reason(number: &str, locale: &Locale) -> String {
    if locale.is_chinese() {
        format!("售后单 {number}")
    } else {
        format!("Case {number}")
    }
}
