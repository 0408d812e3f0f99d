//! Tiers of membership. Rules: `domain::tier`; writes: `service::tier`.

mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use mutation::TierMutation;
pub use query::TierQuery;
pub use types::{MemberTier, MemberTierChange, TierProgress};
