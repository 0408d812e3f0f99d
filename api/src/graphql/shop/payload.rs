use async_graphql::SimpleObject;

use super::error::SettingsUserError;
use super::types::{PaymentMethodSetting, ShippingMethodSetting, Shop, TaxRate};
use crate::graphql::limits::meter::Listed;

/// Result of shopUpdate.
#[derive(SimpleObject)]
pub(super) struct ShopUpdatePayload {
    /// Null if refused.
    pub shop: Option<Shop>,
    /// Why it was refused.
    pub user_errors: Vec<SettingsUserError>,
}

/// Result of taxRatesUpsert.
#[derive(SimpleObject)]
pub(super) struct TaxRatesUpsertPayload {
    /// Null if refused.
    pub tax_rates: Option<Listed<TaxRate>>,
    /// Why it was refused.
    pub user_errors: Vec<SettingsUserError>,
}

/// Result of shippingMethodsUpsert.
#[derive(SimpleObject)]
pub(super) struct ShippingMethodsUpsertPayload {
    /// Null if refused.
    pub shipping_methods: Option<Listed<ShippingMethodSetting>>,
    /// Why it was refused.
    pub user_errors: Vec<SettingsUserError>,
}

/// Result of paymentMethodsUpsert.
#[derive(SimpleObject)]
pub(super) struct PaymentMethodsUpsertPayload {
    /// Null if refused.
    pub payment_methods: Option<Listed<PaymentMethodSetting>>,
    /// Why it was refused.
    pub user_errors: Vec<SettingsUserError>,
}
