//! The shop's settings: public ones for storefronts, all of them for staff. Rules: `domain::{shipping, tax}`; writes: `service::settings`.

mod error;
mod input;
mod mutation;
mod payload;
mod query;
mod shipping_method;
mod types;

pub use error::SettingsUserError;
pub use mutation::ShopMutation;
pub use query::ShopQuery;
pub use shipping_method::ShippingMethod;
pub(in crate::graphql) use shipping_method::{ShippingMethodById, load_shipping_method};
pub use types::{PaymentProvider, Shop, TaxRate};
