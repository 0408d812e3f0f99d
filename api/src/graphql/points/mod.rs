//! Members' points. Rules: `domain::points`; writes: `service::points`.

mod error;
mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use error::{PointsErrorCode, PointsUserError};
pub(super) use loader::PointsOf;
pub use mutation::PointsMutation;
pub use query::PointsQuery;
pub use types::{PointsAccount, PointsEntry, PointsEntryConnection, PointsEntryEdge, PointsRule};
