//! Price lists: staff write them by code, catalog and carts read what they make of a variant's price.
//!
//! Which of several prices counts is decided in `domain::price_list`. What prices were is kept for good.

mod history;
mod listed;
mod offers;
mod query;
mod upsert;

pub use history::lowest_prices;
pub(in crate::service) use history::{PriceChange, PriceOf, record, record_sale};
pub(in crate::service) use listed::{Audience, exists};
pub(in crate::service) use offers::{Kinds, offers};
pub use query::{entries_of_lists, lists, lists_by_ids, segments_of_lists, tiers_of_lists};
pub use upsert::{EntryPatch, PriceListPatch, upsert};
