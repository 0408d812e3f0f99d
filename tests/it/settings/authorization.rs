//! Who may see and change settings: staff with `SHOP_READ` and `SHOP_WRITE`.

use serde_json::json;
use tests::authorization::Row;

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new("Shop.policy", "{ shop { policy { version } } }").needs("SHOP_READ"),
        Row::new("Query.shippingMethods", "{ shippingMethods { code } }").needs("SHOP_READ"),
        Row::new("Query.paymentMethods", "{ paymentMethods { code } }").needs("SHOP_READ"),
        Row::new("Query.taxRates", "{ taxRates { code } }").needs("SHOP_READ"),
        Row::new(
            "shopUpdate",
            "mutation($input: ShopUpdateInput!) { shopUpdate(input: $input) { shop { name } userErrors { code } } }",
        )
        .needs("SHOP_WRITE")
        .variables(|_| async { json!({ "input": { "shop": { "name": "Corner Shop" } } }) }),
        // Switched off, so that the rows of other areas do not choose them.
        Row::new(
            "shippingMethodsUpsert",
            "mutation($input: ShippingMethodsUpsertInput!) { shippingMethodsUpsert(input: $input) { shippingMethods { code } userErrors { code } } }",
        )
        .needs("SHOP_WRITE")
        .variables(|_| async {
            let price = json!({ "amount": "3.00", "currencyCode": "EUR" });
            let method = json!({ "code": "pigeon", "name": "Pigeon", "price": price, "active": false });
            json!({ "input": { "shippingMethods": [method] } })
        }),
        Row::new(
            "paymentMethodsUpsert",
            "mutation($input: PaymentMethodsUpsertInput!) { paymentMethodsUpsert(input: $input) { paymentMethods { code } userErrors { code } } }",
        )
        .needs("SHOP_WRITE")
        .variables(|_| async {
            let method = json!({ "code": "cheque", "name": "Cheque", "provider": "MANUAL", "active": false });
            json!({ "input": { "paymentMethods": [method] } })
        }),
        Row::new(
            "taxRatesUpsert",
            "mutation($input: TaxRatesUpsertInput!) { taxRatesUpsert(input: $input) { taxRates { code } userErrors { code } } }",
        )
        .needs("SHOP_WRITE")
        .variables(|_| async {
            let rate = json!({ "code": "is", "name": "VAT", "countryCode": "IS", "percent": "24", "active": false });
            json!({ "input": { "taxRates": [rate] } })
        }),
    ]
}
