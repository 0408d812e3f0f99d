//! Stock: promised to orders, given back, sent. Rules: `domain::stock`. The database decides races: a conditional UPDATE per
//! variant and warehouse, in the order of their ids.

mod error;
mod promise;
mod settle;

pub use error::InventoryError;
pub(crate) use promise::{Want, reserve, reserve_now, write_promises};
pub(crate) use settle::{Restock, Shipment, Unwanted, release, release_units, ship};
