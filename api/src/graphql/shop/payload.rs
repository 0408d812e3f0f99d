use super::error::SettingsUserError;
use super::types::{PaymentMethodSetting, ShippingMethodSetting, Shop, TaxRate};
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::payloads;

payloads! {
    SettingsUserError;

    /// Result of shopUpdate.
    ShopUpdatePayload { shop: Shop }

    /// Result of taxRatesUpsert.
    TaxRatesUpsertPayload { tax_rates: Listed<TaxRate> }

    /// Result of shippingMethodsUpsert.
    ShippingMethodsUpsertPayload { shipping_methods: Listed<ShippingMethodSetting> }

    /// Result of paymentMethodsUpsert.
    PaymentMethodsUpsertPayload { payment_methods: Listed<PaymentMethodSetting> }
}
