//! Segments of members: rules staff save, and who is in them now.
//!
//! Rules: `domain::segment`. `filter` turns a rule into one condition on the table of members, for both databases.

mod filter;
mod query;
mod upsert;

pub use query::{MAX_SAMPLE, held, list, sample, segments_by_ids, sizes};
pub use upsert::{SegmentPatch, upsert};
