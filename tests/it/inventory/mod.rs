//! Warehouses, and the stock staff and back offices tell.

pub(crate) mod authorization;
mod stock;
