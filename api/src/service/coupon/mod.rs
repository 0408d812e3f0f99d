//! Coupons: staff make and withdraw them, members claim them or are given them, carts read them, orders use them up.
//!
//! Rules are in `domain::coupon`. A refusal is a `PromotionError`: coupons are one area with promotions.

mod claim;
mod codes;
mod create;
mod expire;
mod export;
mod facts;
mod give;
mod given;
mod query;
mod revoke;
mod template;
mod usage;
mod visible;
mod wallet;

pub use claim::{ClaimCoupon, claim};
pub(in crate::service) use codes::make_codes;
pub use codes::{GenerateCodes, generate_codes};
pub use create::{CreateCoupons, create};
pub use expire::expire_due;
pub(crate) use export::Export;
pub use export::export_codes;
pub(in crate::service) use export::export_part;
pub(crate) use facts::{find_by_code, load_entered};
pub(in crate::service) use give::announce;
pub use give::{give, give_due};
pub use given::tell;
pub use query::{
    CouponCounts, CouponFilter, CouponView, counts_by_template, coupons, coupons_by_ids,
    coupons_of_member,
};
pub(in crate::service) use query::{usable_of_member, views};
pub(crate) use revoke::Revocation;
pub use revoke::revoke;
pub(in crate::service) use revoke::revoke_standing;
pub use template::{
    StopTemplate, StoppedTemplate, TemplatePatch, create_template, stop_template, update_template,
};
pub use usage::{lock, redeem, restorable_codes, restore};
pub use visible::{templates, templates_by_ids};
