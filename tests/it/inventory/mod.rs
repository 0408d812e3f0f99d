//! Warehouses, and the stock staff and back offices tell.

pub(crate) mod authorization;
mod drift;
mod race;
mod reservation;
mod routing;
mod stock;
