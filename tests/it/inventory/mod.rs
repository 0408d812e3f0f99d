//! Warehouses, and the stock staff and back offices tell.

mod alert;
pub(crate) mod authorization;
mod backorder;
mod bundle;
mod drift;
mod presale;
mod race;
mod reservation;
mod routing;
mod rush;
mod stock;

pub(crate) use bundle::SET as BUNDLE_SET;
