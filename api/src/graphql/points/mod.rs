//! Members' points. Rules: `domain::points`; writes: `service::points`.

mod adjustment;
mod balance;
mod error;
mod input;
mod loader;
mod mutation;
mod query;
mod rule;
mod types;

pub use adjustment::{PointsAdjustment, PointsAdjustmentConnection, PointsAdjustmentEdge};
pub use error::{PointsErrorCode, PointsUserError};
pub(super) use loader::PointsOf;
pub use mutation::PointsMutation;
pub use query::PointsQuery;
pub use rule::PointsRule;
pub(super) use types::int;
pub use types::{PointsAccount, PointsEntry, PointsEntryConnection, PointsEntryEdge};
