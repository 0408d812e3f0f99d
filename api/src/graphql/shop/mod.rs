//! The shop's public settings. Rules: `domain::locale`; writes: `service::settings`.

mod query;
mod types;

pub use query::ShopQuery;
pub use types::Shop;
