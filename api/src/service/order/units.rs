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
    if lines.len() > MAX_LINES {
        let message = format!("at most {MAX_LINES} lines");
        return Err(Error::invalid(&["lines"], message));
    }
    let mut seen = BTreeSet::new();
    for (index, (line_id, quantity)) in lines.iter().enumerate() {
        let place = index.to_string();
        if *quantity == 0 {
            let field = ["lines", &place, "quantity"];
            return Err(Error::invalid(&field, "at least one unit"));
        }
        if !seen.insert(*line_id) {
            let field = ["lines", &place, "lineId"];
            return Err(Error::invalid(&field, "the line stands here twice"));
        }
    }
    Ok(())
}
