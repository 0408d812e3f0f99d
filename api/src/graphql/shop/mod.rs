//! The shop's public settings. Rules: `domain::locale`; writes: `service::settings`.

mod query;
mod shipping_method;
mod types;

pub use query::ShopQuery;
pub use shipping_method::ShippingMethod;
pub(in crate::graphql) use shipping_method::{ShippingMethodById, load_shipping_method};
pub use types::Shop;
