//! Lines and units that somebody names.

use std::collections::BTreeSet;

use uuid::Uuid;

use crate::error::{Error, Result};

/// Most lines in one request.
const MAX_LINES: usize = 200;

/// Checks lines and units before they are compared with an order's.
///
/// # Errors
/// [`Error::Invalid`] for too many lines, one that stands there twice, or one without units.
pub(crate) fn check(lines: &[(Uuid, u32)]) -> Result<()> {
    check_named("lineId", lines)
}

/// The same where the field of a line's id has another name.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_named(id_field: &str, lines: &[(Uuid, u32)]) -> Result<()> {
    check_ids(id_field, lines.iter().map(|(line_id, _)| *line_id))?;
    let empty = lines.iter().position(|(_, quantity)| *quantity == 0);
    if let Some(index) = empty {
        let field = ["lines", &index.to_string(), "quantity"];
        return Err(Error::invalid(&field, "at least one unit"));
    }
    Ok(())
}

/// Checks lines that may have no units.
///
/// # Errors
/// [`Error::Invalid`] for too many lines, or one that stands there twice.
pub(crate) fn check_lines(lines: impl Iterator<Item = Uuid>) -> Result<()> {
    check_ids("lineId", lines)
}

fn check_ids(id_field: &str, lines: impl Iterator<Item = Uuid>) -> Result<()> {
    let mut seen = BTreeSet::new();
    for (index, line_id) in lines.enumerate() {
        if index >= MAX_LINES {
            let message = format!("at most {MAX_LINES} lines");
            return Err(Error::invalid(&["lines"], message));
        }
        if !seen.insert(line_id) {
            let field = ["lines", &index.to_string(), id_field];
            return Err(Error::invalid(&field, "the line stands here twice"));
        }
    }
    Ok(())
}
