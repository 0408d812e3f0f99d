//! Flash sales. Rules: `domain::unit_price`; writes: `service::flash_sale`.

mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use mutation::FlashSaleMutation;
pub use query::FlashSaleQuery;
pub use types::FlashSale;
