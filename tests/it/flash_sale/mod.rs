//! Flash sales: what staff write, what buyers see and pay, and who comes first.

mod price;
mod race;
mod write;

use serde_json::{Value, json};
use tests::authorization::Row;
use tests::{Answer, Client, TestApp};

use chrono::TimeDelta;

/// Tries to save flash sales.
async fn try_save(staff: &Client, sales: Value) -> Answer {
    let document = "mutation($input: FlashSalesUpsertInput!) { flashSalesUpsert(input: $input) {
        flashSales { id code name label startsAt endsAt active version entries { variantId price { amount } quota perBuyer taken } }
        userErrors { code field message } } }";
    staff
        .send(document, json!({ "input": { "flashSales": sales } }))
        .await
}

/// Saves flash sales and answers them.
pub(crate) async fn save(staff: &Client, sales: Value) -> Value {
    try_save(staff, sales).await.ok()["flashSalesUpsert"]["flashSales"].clone()
}

/// A price in euros, with its limits.
pub(crate) fn entry(variant: &str, price: &str, limits: Value) -> Value {
    let mut entry =
        json!({ "variantId": variant, "price": { "amount": price, "currencyCode": "EUR" } });
    crate::promotion::merge(&mut entry, limits);
    entry
}

/// A sale of the next hour.
pub(crate) fn sale(app: &TestApp, code: &str, entries: impl Into<Value>) -> Value {
    let now = app.clock().now();
    json!({ "code": code, "name": code, "startsAt": now, "endsAt": now + TimeDelta::hours(1), "entries": entries.into() })
}

/// What orders took of the first price of the first sale.
async fn taken(staff: &Client) -> Value {
    staff
        .run("{ flashSales { entries { taken } } }", json!({}))
        .await["flashSales"][0]["entries"][0]["taken"]
        .clone()
}

pub(crate) fn rows() -> Vec<Row> {
    vec![
        Row::new(
            "flashSalesUpsert",
            "mutation($input: FlashSalesUpsertInput!) { flashSalesUpsert(input: $input) { flashSales { id } userErrors { code } } }",
        )
        .needs("PROMOTION_WRITE")
        .variables(|world| async move { json!({ "input": { "flashSales": [sale(&world.app, "ten", json!([]))] } }) }),
        Row::new("Query.flashSales", "{ flashSales { id } }").needs("PROMOTION_READ"),
    ]
}
