//! Carts: what buyers do with them, and their price from the facts of the moment.
//!
//! Rules are in `domain::{cart, pricing}`. A guest's cart belongs to whoever knows its secret id; a member's to the
//! member alone. Prices are never stored: every read computes them anew.

mod access;
mod best_coupons;
mod case;
mod catalog;
mod change_lines;
mod coupons;
mod create;
mod delivery;
mod error;
mod facts;
mod gifts;
mod goods;
mod hold;
mod merge;
mod price;
mod query;
mod sale;
mod tenders;
mod update;

pub use access::lock_active;
pub(in crate::service) use access::{
    find_active, find_for_staff, freeze, is_public_id, lock_frozen, lock_unchanged, mark_ordered,
};
pub use best_coupons::{CouponSaving, best_coupons};
pub(in crate::service) use case::{Basket, Case, Tried};
pub use change_lines::{LineChange, LineWish, add_lines, remove_lines, update_lines};
pub(in crate::service) use change_lines::{check as check_line, made_up};
pub use coupons::{apply_coupon, remove_coupon};
pub use create::create;
pub(in crate::service) use create::{blank, fill_from_member};
pub use domain::cart::CartProblem as Problem;
pub use error::CartError;
pub use facts::LineFacts;
pub use merge::merge;
pub(in crate::service) use price::price_basket;
pub use price::{PricedCartFacts, load_priced};
pub use query::{find, find_line, find_of_member};
pub use sale::VariantForSale;
pub use tenders::{apply_gift_card, remove_gift_card, use_store_credit};
pub use update::CartPatch;
pub use update::update;
