//! Buyers who wait for something that is sold out. Rules: `domain::stock`; writes: `service::stock_alert`.

mod error;
mod input;
mod loader;
mod mutation;
mod types;

pub(in crate::graphql) use loader::waiting_for;
pub use mutation::StockAlertMutation;
pub use types::StockAlert;
