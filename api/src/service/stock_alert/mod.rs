//! Buyers who wait for something that is sold out: each is told once, by mail, when it can be had again. Rules: `domain::stock`.

mod cancel;
mod error;
mod query;
mod subscribe;
mod tell;

pub use cancel::{CancelAlert, cancel};
pub use error::StockAlertError;
pub use query::{counts_by_variants, find, of_members};
pub use subscribe::{Subscribe, Subscribed, subscribe};
pub use tell::tell_due;
