//! Stock: held by carts, promised to orders, given back, sent. Rules: `domain::stock`. The database decides races: a
//! conditional UPDATE per variant and warehouse, or their locks, in the order of their ids.

mod bundle;
mod drift;
mod error;
mod promise;
mod reroute;
mod reservation;
mod scarce;
mod settle;
mod share;
mod sold_out;
mod stocks;
mod take_back;

pub(crate) use bundle::{load_goods, wants};
pub(crate) use drift::drift_total;
pub use drift::{check_stock, find_check, find_drifts};
pub use error::InventoryError;
pub(crate) use promise::{Promise, Routing, Taken, Want, allocate, allocate_now, write_promises};
pub(crate) use reroute::{Reroute, reroute};
pub use reservation::lapse_due;
pub(crate) use reservation::{Holder, give_way, hold, let_go};
pub(crate) use scarce::tell_search;
pub(crate) use settle::{Restock, Shipment, Unwanted, release, release_units, ship};
pub(crate) use share::{Share, Shared, allocate_each};
pub use sold_out::SoldOut;
pub(crate) use stocks::{Stock, load_stocks};
pub(crate) use take_back::{Returned, take_back};
