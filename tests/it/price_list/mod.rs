//! Price lists: what staff write, and what buyers see and pay.

mod lowest;
mod price;
mod write;

use serde_json::{Value, json};
use tests::authorization::Row;
use tests::{Answer, Client};

/// Tries to save price lists.
async fn try_save(staff: &Client, lists: Value) -> Answer {
    let document = "mutation($input: PriceListsUpsertInput!) { priceListsUpsert(input: $input) {
        priceLists { id code name label priority startsAt endsAt memberTierIds segmentIds active version entries { variantId minQuantity price { amount } } }
        userErrors { code field message } } }";
    let input = json!({ "input": { "priceLists": lists } });
    staff.send(document, input).await
}

/// Saves price lists and answers them.
pub(crate) async fn save(staff: &Client, lists: Value) -> Value {
    try_save(staff, lists).await.ok()["priceListsUpsert"]["priceLists"].clone()
}

/// A list with prices in euros: variant, units, price.
pub(crate) fn list(code: &str, entries: &[(&str, u32, &str)]) -> Value {
    let entry = |(variant, units, price): &(&str, u32, &str)| json!({ "variantId": variant, "minQuantity": units, "price": { "amount": price, "currencyCode": "EUR" } });
    json!({ "code": code, "name": code, "entries": entries.iter().map(entry).collect::<Vec<_>>() })
}

/// The same with more fields.
fn with(mut list: Value, fields: Value) -> Value {
    crate::promotion::merge(&mut list, fields);
    list
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "priceListsUpsert",
            "mutation($input: PriceListsUpsertInput!) { priceListsUpsert(input: $input) { priceLists { id } userErrors { code } } }",
        )
        .needs("PRODUCT_WRITE")
        .variables(|_| async { json!({ "input": { "priceLists": [list("summer", &[])] } }) }),
        Row::new("Query.priceLists", "{ priceLists { id } }").needs("PRODUCT_READ"),
    ]
}
