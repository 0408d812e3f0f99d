//! Tiers of membership: what staff set, where members stand, and when they rise and fall.
//!
//! Rules: `domain::tier`. A standing is changed under a lock on its row, taken after the order's and the points'.

mod announce;
mod assess;
mod merit;
mod query;
mod upsert;

pub use announce::announce;
pub use assess::{assess, review_due};
pub(crate) use assess::{assess_growth, review_soon};
pub(crate) use query::of_member;
pub use query::{
    ChangeView, ProgressView, changes_of_members, list, progress_of_members, tiers_by_ids,
    tiers_of_members,
};
pub use upsert::{TierPatch, upsert};
