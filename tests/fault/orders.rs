//! What the shop holds, compared with what buyers were told.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::{Value, json};
use tests::TestApp;

use crate::journal::Told;

const ORDERS: &str = "query($after: String) { orders(first: 100, after: $after) { nodes { id number cost { total { amount } } paymentStatus }
    pageInfo { hasNextPage endCursor } } }";

/// Waits until so many orders are paid: the test provider's messages come from the server itself, and what a dead server
/// had begun is taken up a minute later.
pub(crate) async fn settle(app: &TestApp, count: usize) {
    for _attempt in 0..1_200 {
        let orders = read(app).await;
        let paid = orders
            .iter()
            .filter(|order| order["paymentStatus"] == "PAID");
        if paid.count() == count {
            return;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

/// Checks that there is every order somebody was told of, as told and paid, and no other.
pub(crate) async fn are_exactly(app: &TestApp, told: &[Told]) {
    let orders = read(app).await;
    let known: BTreeSet<[String; 3]> = orders
        .iter()
        .map(|order| {
            [
                &order["id"],
                &order["number"],
                &order["cost"]["total"]["amount"],
            ]
            .map(text)
        })
        .collect();
    let promised = told
        .iter()
        .map(|told| [&told.order, &told.number, &told.total].map(Clone::clone));
    assert_eq!(known, promised.collect());
    assert_eq!(orders.len(), told.len());
    for order in orders {
        assert_eq!(order["paymentStatus"], "PAID", "{order}");
    }
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

async fn read(app: &TestApp) -> Vec<Value> {
    let owner = app.as_owner().await;
    let mut all = Vec::new();
    let mut after = Value::Null;
    loop {
        let page = owner.run(ORDERS, json!({ "after": after })).await["orders"].clone();
        all.extend(page["nodes"].as_array().expect("orders").iter().cloned());
        if page["pageInfo"]["hasNextPage"] != true {
            return all;
        }
        after = page["pageInfo"]["endCursor"].clone();
    }
}
