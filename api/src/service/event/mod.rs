//! What happened, for programs that follow the shop. A use case writes a job with its own change; the worker gives each
//! event its place after the commit, so that a transaction that commits late is never skipped. Rules: `domain::event`.

mod feed;
mod publish;
mod query;
mod told;

pub use feed::{Feed, since};
pub use publish::publish;
pub(crate) use query::by_ids;
pub use query::events_by_ids;
pub use told::Told;
pub(crate) use told::{
    Issued, LeftCart, carts_abandoned, coupons_issued, coupons_redeemed, member_registered,
    member_tier_changed, of_order, points_changed, promotion_moved,
};
