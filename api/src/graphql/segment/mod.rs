//! Segments of members. Rules: `domain::segment`; writes: `service::segment`.

mod input;
mod loader;
mod mutation;
mod query;
mod rule;
mod types;

pub use mutation::SegmentMutation;
pub use query::SegmentQuery;
pub use types::Segment;
