//! Numbers of documents: per series they count up from 1 without gaps, and begin anew each year.

/// Longest start of a series' numbers, in characters.
pub const MAX_PREFIX: usize = 12;

/// Why a text cannot start the numbers of a series.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "1 to {MAX_PREFIX} of A to Z, 0 to 9 and -, beginning with a letter and not ending with a digit"
)]
pub struct SeriesError;

/// Reads the start of a series' numbers, such as `INV-`. It does not end with a digit, so that years stay readable.
///
/// # Errors
/// [`SeriesError`].
pub fn series_prefix(text: &str) -> Result<String, SeriesError> {
    let text = text.trim().to_ascii_uppercase();
    let is_allowed = |letter: char| letter.is_ascii_alphanumeric() || letter == '-';
    let fits = (1..=MAX_PREFIX).contains(&text.len()) && text.chars().all(is_allowed);
    let ends_well = text.ends_with(|letter: char| !letter.is_ascii_digit());
    let begins_well = text.starts_with(|letter: char| letter.is_ascii_alphabetic());
    if fits && begins_well && ends_well {
        Ok(text)
    } else {
        Err(SeriesError)
    }
}

/// Writes a number out, such as `INV-2026-000042`.
#[must_use]
pub fn document_number(prefix: &str, year: i32, sequence: i64) -> String {
    format!("{prefix}{year}-{sequence:06}")
}
