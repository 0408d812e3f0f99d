//! What the shop's keepers set: the channel itself, ways to ship and to pay, tax rates. Rules: `domain::{shipping, tax, locale}`.

mod error;
mod field;
mod payment_method;
mod query;
mod shipping_method;
mod shop;
mod tax_rate;

pub use error::SettingsError;
pub use field::Patch;
pub(crate) use field::{assign, code, distinct, name};
pub use payment_method::{PaymentMethodPatch, upsert_payment_methods};
pub use query::{list_payment_methods, list_shipping_methods, list_tax_rates};
pub use shipping_method::{ShippingMethodPatch, upsert_shipping_methods};
pub use shop::{
    AfterSaleTerms, ApprovalBounds, PointsRedemption, ShopPatch, UpdateShop, update_shop,
};
pub use tax_rate::{TaxRatePatch, upsert_tax_rates};
