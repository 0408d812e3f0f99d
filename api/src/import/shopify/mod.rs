//! Shopify's product CSV: several rows per product, the first carries the product, the following ones its variants and
//! pictures.
//!
//! The file is read as a stream. `row.rs` reads lines, `product.rs` makes a product of them, `apply.rs` compares it with
//! the shop and writes what differs. Products are known by their handle (kept as `externalRef`), variants by their choices.

mod apply;
mod fields;
mod product;
mod row;

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;

use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;
use apply::{Importer, Outcome};
use row::{Row, Rows};

pub use product::Refusal;
pub use row::FileError;

/// How to import.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Options {
    /// Only say what would happen.
    pub dry_run: bool,
}

/// Why an import stopped. What was written before stays; importing the file again goes on where it stopped.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The shop cannot be read or written.
    #[error(transparent)]
    Shop(#[from] Error),
}

/// What an import did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Report {
    /// Products that were new.
    pub created: u64,
    /// Products that were changed.
    pub updated: u64,
    /// Products that were as in the file.
    pub unchanged: u64,
    /// Rows that could not be used, in the order of the file.
    pub refusals: Vec<Refusal>,
}

impl Report {
    /// One line for people.
    #[must_use]
    pub fn summary(&self, options: Options) -> String {
        let would = if options.dry_run {
            "nothing written; it would be: "
        } else {
            ""
        };
        format!(
            "{would}{} created, {} updated, {} unchanged, {} rows refused",
            self.created,
            self.updated,
            self.unchanged,
            self.refusals.len()
        )
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.handle.as_str() {
            "" => write!(formatter, "row {}: {}", self.row, self.reason),
            handle => write!(formatter, "row {} ({handle}): {}", self.row, self.reason),
        }
    }
}

/// Reads a file into the default channel; `report` hears how many products are done.
///
/// # Errors
/// [`ImportError`] when the file or the shop fails as a whole; rows that cannot be used are in the report.
pub async fn import(
    app: &AppState,
    file: impl Read + Send,
    options: Options,
    progress: &mut (dyn FnMut(u64) + Send),
) -> Result<Report, ImportError> {
    let viewer = Viewer::system(app.channels.find(None)?, app.clock.new_id());
    let currency = viewer.channel.currency.0;
    let importer = Importer::new(app, &viewer, options).await?;
    let mut rows = Rows::open(file)?;
    let mut report = Report::default();
    let mut groups = Groups::default();
    let mut done = 0;
    loop {
        let next = rows.next();
        let is_end = next.is_none();
        let complete = match next {
            None => groups.take(),
            Some(Ok(row)) => groups.push(row, &mut report.refusals),
            Some(Err((row, error))) => {
                let reason = format!("the row cannot be read: {error}");
                report.refusals.push(Refusal {
                    row,
                    handle: String::new(),
                    reason,
                });
                Vec::new()
            }
        };
        if let Some(product) = product::read(&complete, currency, &mut report.refusals) {
            let at = report.refusals.len();
            match importer.apply(product, &mut report.refusals).await? {
                Outcome::Created => report.created += 1,
                Outcome::Updated => report.updated += 1,
                Outcome::Unchanged => report.unchanged += 1,
                Outcome::Refused => {
                    debug_assert!(report.refusals.len() > at, "a refusal has a reason");
                }
            }
            done += 1;
            progress(done);
        }
        if is_end {
            app.wake.wake();
            report.refusals.sort_by_key(|refusal| refusal.row);
            return Ok(report);
        }
    }
}

/// Gathers the rows of one handle.
#[derive(Default)]
struct Groups {
    rows: Vec<Row>,
    handles: BTreeSet<String>,
}

impl Groups {
    /// Adds a row; answers the rows of the product before it, once that is complete.
    fn push(&mut self, row: Row, refusals: &mut Vec<Refusal>) -> Vec<Row> {
        if row.is_blank() {
            return Vec::new();
        }
        let Some(handle) = row.get("Handle").map(str::to_owned) else {
            let reason = "the row has no Handle".to_owned();
            refusals.push(Refusal {
                row: row.number,
                handle: String::new(),
                reason,
            });
            return Vec::new();
        };
        if self.rows.first().and_then(|first| first.get("Handle")) == Some(handle.as_str()) {
            self.rows.push(row);
            return Vec::new();
        }
        if !self.handles.insert(handle.clone()) {
            let reason = "the rows of a product must follow each other".to_owned();
            refusals.push(Refusal {
                row: row.number,
                handle,
                reason,
            });
            return Vec::new();
        }
        let complete = self.take();
        self.rows.push(row);
        complete
    }

    fn take(&mut self) -> Vec<Row> {
        std::mem::take(&mut self.rows)
    }
}
