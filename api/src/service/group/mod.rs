//! Groups of members, put together by hand. A refusal is a `MemberError`: groups are one area with members.

mod change;
mod query;
mod upsert;

pub use change::{ChangeMembers, add_members, remove_members};
pub use query::{groups_by_ids, groups_of_members, list, sizes};
pub use upsert::{GroupPatch, upsert};
