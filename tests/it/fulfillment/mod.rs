//! Parcels: packing, sending, arriving, and the end of the order.

pub(crate) mod authorization;
mod states;
mod way;
