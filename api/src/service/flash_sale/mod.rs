//! Flash sales: staff write them by code, catalog and carts read their prices, orders take of their quotas.
//!
//! Which price counts is decided in `domain::unit_price`; who comes first, by the database.

mod offered;
mod query;
mod quota;
mod share;
mod upsert;

pub(in crate::service) use offered::{exists, flash_prices};
pub use query::{entries_of_sales, sales, sales_by_ids};
pub use quota::{Take, release, take};
pub(crate) use share::{Claim, Quotas};
pub use upsert::{FlashEntryPatch, FlashSalePatch, upsert};
