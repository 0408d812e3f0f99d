//! Who changed what: what an entry holds, and what may be read of it. Written by `crate::audit`; rules: `domain::audit`.

mod note;
mod query;

pub use note::note;
pub use query::{EntryFilter, entries, find};
