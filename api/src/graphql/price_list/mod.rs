//! Price lists. Rules: `domain::price_list`; writes: `service::price_list`.

mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use mutation::PriceListMutation;
pub use query::PriceListQuery;
pub use types::PriceList;
