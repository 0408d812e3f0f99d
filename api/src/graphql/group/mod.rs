//! Groups of members. Writes: `service::group`.

mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use mutation::GroupMutation;
pub use query::GroupQuery;
pub use types::MemberGroup;
