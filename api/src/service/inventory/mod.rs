//! Stock: promised to orders, given back, sent. Rules: `domain::stock`. The database decides races: a conditional UPDATE per
//! variant and warehouse, in the order of their ids.

mod error;
mod promise;
mod reroute;
mod settle;
mod take_back;

pub use error::InventoryError;
pub(crate) use promise::{Taken, Want, reserve, reserve_now, write_promises};
pub(crate) use reroute::{Reroute, reroute};
pub(crate) use settle::{Restock, Shipment, Unwanted, release, release_units, ship};
pub(crate) use take_back::{Returned, take_back};
