//! Sending to addresses that others chose: which may be called at all, how a message is signed, and the call itself.
//!
//! Nothing here touches the database: `service::webhook` decides what is sent and writes down what became of it.

mod address;
mod client;
pub mod signature;

pub use address::{AddressError, Allowed};
pub use client::{Outbound, SendError};
