//! Returns, exchanges and claims: what may be asked, the way of the goods, and what goes back.

mod approval;
pub(crate) mod authorization;
mod claims;
mod exchange;

mod money;
mod way;

use serde_json::{Value, json};
use tests::arrange::Shop;
use tests::checkout::{Order, key, read};
use tests::{Answer, Client, TestApp};

const CASE: &str = "id number kind status reason note answer resolution returnBefore availableActions
    lines { id quantity receivedQuantity acceptedQuantity condition }
    breakdown { total { amount } subtotal { amount } pointsRestored pointsClawedBack adjustments { label amount { amount } } }
    order { returnStatus } refund { status } replacement { id status lines { quantity line { sku } } }";

/// Sends a mutation of this room; the key is made unless there is one.
pub(crate) async fn act(app: &TestApp, client: &Client, name: &str, mut input: Value) -> Answer {
    if input["idempotencyKey"].is_null() {
        input["idempotencyKey"] = json!(key(app));
    }
    let shape = format!("{}Input", name[..1].to_uppercase() + &name[1..]);
    let document = format!(
        "mutation($input: {shape}!) {{ {name}(input: $input) {{ afterSale {{ {CASE} }} userErrors {{ code field message }} }} }}"
    );
    client.send(&document, json!({ "input": input })).await
}

/// The case a mutation answered with.
pub(crate) fn case(name: &str, answer: Answer) -> Value {
    answer.ok()[name]["afterSale"].clone()
}

/// Days from now in which the goods of a case must be sent; the clock goes on while a test runs.
fn days_to_send(app: &TestApp, case: &Value) -> i64 {
    let until = chrono::DateTime::parse_from_rfc3339(case["returnBefore"].as_str().unwrap());
    let left = until.unwrap().to_utc() - app.clock().now();
    (left + chrono::TimeDelta::hours(1)).num_days()
}

async fn line(client: &Client, order: &Order) -> Value {
    read(client, order, "lines { id }").await["lines"][0]["id"].clone()
}

/// Asks for so many units of the order's first line.
async fn ask(
    app: &TestApp,
    client: &Client,
    order: &Order,
    (kind, reason): (&str, &str),
    units: i32,
) -> Answer {
    let line = line(&app.as_owner().await, order).await;
    let input = json!({ "orderId": order.id, "orderToken": order.token, "kind": kind, "reason": reason,
        "lines": [{ "orderLineId": line, "quantity": units }] });
    act(app, client, "afterSaleRequest", input).await
}

async fn asked(
    app: &TestApp,
    client: &Client,
    order: &Order,
    wish: (&str, &str),
    units: i32,
) -> Value {
    let answer = ask(app, client, order, wish, units).await;
    case("afterSaleRequest", answer)
}

pub(crate) async fn approve(app: &TestApp, staff: &Client, case: &Value) -> Answer {
    let input = json!({ "afterSaleId": case["id"], "decision": "ACCEPT" });
    act(app, staff, "afterSaleRespond", input).await
}

/// So many units of the case's first line arrive.
pub(crate) async fn receive(
    app: &TestApp,
    staff: &Client,
    shop: &Shop,
    case: &Value,
    units: i32,
) -> Answer {
    let input = json!({ "afterSaleId": case["id"], "warehouseId": shop.warehouse,
        "lines": [{ "lineId": case["lines"][0]["id"], "quantity": units }] });
    act(app, staff, "afterSaleReceive", input).await
}

/// Units of the case's first line are found in conditions; `more` goes into the input.
pub(crate) async fn inspect(
    app: &TestApp,
    staff: &Client,
    case: &Value,
    found: &[(i32, &str)],
    more: Value,
) -> Answer {
    let lines: Vec<Value> = found
        .iter()
        .map(|(units, condition)| json!({ "lineId": case["lines"][0]["id"], "quantity": units, "condition": condition }))
        .collect();
    let mut input = json!({ "afterSaleId": case["id"], "lines": lines });
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    act(app, staff, "afterSaleInspect", input).await
}

pub(crate) async fn pay_out(app: &TestApp, staff: &Client, case: &Value, total: &str) -> Answer {
    let input = json!({ "afterSaleId": case["id"], "expectedTotal": { "amount": total, "currencyCode": "EUR" } });
    act(app, staff, "afterSaleRefund", input).await
}

/// An approved case whose goods are back and all accepted as sellable.
pub(crate) async fn examined(
    app: &TestApp,
    buyer: &Client,
    staff: &Client,
    (order, shop): (&Order, &Shop),
    wish: (&str, &str),
    units: i32,
) -> Value {
    let opened = asked(app, buyer, order, wish, units).await;
    approve(app, staff, &opened).await.ok();
    receive(app, staff, shop, &opened, units).await.ok();
    let found = inspect(app, staff, &opened, &[(units, "SELLABLE")], json!({})).await;
    case("afterSaleInspect", found)
}
