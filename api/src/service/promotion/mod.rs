//! Promotions: staff write and switch them, carts read them, orders use them up.
//!
//! Rules are in `domain::promotion`; prices in `domain::pricing`. Coupons have a room of their own.

mod catalog;
mod error;
mod facts;
mod goods;
mod history;
mod performance;
mod query;
mod reference;
mod room;
mod simulate;
mod switch;
mod timing;
mod usage;
mod write;

pub(in crate::service) use catalog::{catalog_exists, past_cuts, reductions, reductions_by};
pub use error::PromotionError;
pub(crate) use facts::{by_ids_for_pricing, load_automatic};
pub(in crate::service) use goods::fill_groups;
pub use history::changes_of_promotions;
pub use performance::{Performance, Span, performances, performances_by_day};
pub(in crate::service) use query::is_in_status;
pub use query::{PromotionFilter, PromotionKey, by_ids, find, promotions};
pub(in crate::service) use reference::unknown_in;
pub use simulate::{SimulatePromotions, simulate};
pub use switch::{AnswerPromotion, activate, answer, archive, pause, request_approval};
pub use timing::keep_time;
pub(crate) use usage::{Uses, lock_unlimited, use_unlimited};
pub use usage::{release, take};
pub use write::{PromotionPatch, create, update};
