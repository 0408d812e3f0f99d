//! Limits of texts and numbers.

use crate::error::{Error, FieldPath, Result};

/// Longest title.
pub(super) const NAME: usize = 255;
/// Longest SKU, barcode, model number, brand, code or key.
pub(super) const CODE: usize = 100;
/// Longest label.
pub(super) const TAG: usize = 60;
/// Longest page summary or text instead of a picture.
pub(super) const SUMMARY: usize = 1_000;
/// Longest description, in characters of HTML.
pub(super) const DESCRIPTION: usize = 100_000;
/// Most labels, categories, collections or pictures of one product.
pub(super) const PARTS: usize = 100;
/// Most rows of one bulk write.
pub(super) const BULK: usize = 500;

/// Joins a path below `input`.
pub(super) fn path(parts: &[&str]) -> FieldPath {
    parts.iter().map(|part| (*part).to_owned()).collect()
}

/// Goes on from a path.
pub(super) fn below(base: &FieldPath, parts: &[&str]) -> FieldPath {
    base.iter().cloned().chain(path(parts)).collect()
}

/// Refuses the value at a path.
pub(super) fn refuse(field: FieldPath, message: impl Into<String>) -> Error {
    Error::Invalid {
        field,
        message: message.into(),
    }
}

/// Takes a single line of text of 1 to `max` characters, without blanks around it.
pub(super) fn line(field: FieldPath, text: &str, max: usize) -> Result<String> {
    let text = text.trim();
    let length = text.chars().count();
    if length == 0 || length > max || text.chars().any(char::is_control) {
        return Err(refuse(
            field,
            format!("a single line of 1 to {max} characters is needed"),
        ));
    }
    Ok(text.to_owned())
}

/// Takes a line where one is given; a blank one clears.
pub(super) fn line_or_none(
    field: FieldPath,
    text: Option<&str>,
    max: usize,
) -> Result<Option<String>> {
    match text.map(str::trim) {
        None | Some("") => Ok(None),
        Some(text) => line(field, text, max).map(Some),
    }
}

/// Refuses a list that is too long.
pub(super) fn at_most(field: FieldPath, length: usize, max: usize) -> Result<()> {
    if length > max {
        return Err(refuse(field, format!("at most {max} entries are taken")));
    }
    Ok(())
}
