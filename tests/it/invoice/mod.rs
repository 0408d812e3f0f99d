//! Invoices and credit notes: issued, followed by others, cancelled, opened as pages and files.

pub(crate) mod authorization;
mod file;
mod follow;
mod issue;

use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, confirmed, key, read};
use tests::{Answer, Client, TestApp};

use crate::promotion::{document, staff};

/// What tests look at in a document.
const INVOICE: &str = "id number kind reason titleKind title { name taxId } issuer { name } corrects { number } cancelledAt
    netTotal { amount } taxTotal { amount } total { amount } taxes { rate net { amount } tax { amount } }
    lines { kind description sku quantity taxRate net { amount } tax { amount } total { amount } }";

/// Who sells.
async fn issuer(owner: &Client) -> Value {
    let input = json!({ "title": { "name": "维特林贸易有限公司", "taxId": "91330100799655058B", "address": "杭州市西湖区 1 号",
        "bankName": "工商银行", "bankAccount": "1202 0226 0000" }, "invoicePrefix": "inv-", "creditNotePrefix": "CN-", "footer": "谢谢惠顾" });
    staff(
        owner,
        "invoiceIssuerSet",
        "invoiceIssuer { title { name taxId } invoicePrefix footer }",
        input,
    )
    .await["invoiceIssuer"]
        .clone()
}

async fn try_issue(client: &Client, order: &Order, title: Value, key: &str) -> Answer {
    let mut input =
        json!({ "orderId": order.id, "orderToken": order.token, "idempotencyKey": key });
    input
        .as_object_mut()
        .unwrap()
        .extend(title.as_object().unwrap().clone());
    let document = document("invoiceIssue", &format!("invoice {{ {INVOICE} }}"));
    client.send(&document, json!({ "input": input })).await
}

/// A title that names a person.
fn person() -> Value {
    json!({ "titleKind": "PERSONAL", "title": { "name": "Ada" } })
}

async fn issued(app: &TestApp, client: &Client, order: &Order) -> Value {
    let answer = try_issue(client, order, person(), &key(app)).await.ok();
    answer["invoiceIssue"]["invoice"].clone()
}

/// The documents of an order, oldest first.
async fn documents(client: &Client, order: &Order) -> Vec<Value> {
    let shown = read(client, order, &format!("invoices {{ {INVOICE} }}")).await;
    shown["invoices"].as_array().unwrap().clone()
}

/// A confirmed order of three cups for 10.00 each, with 4.90 for shipping and 20 % tax in it, in a shop that issues invoices.
async fn scene(app: &TestApp) -> (Shop, Goods, Client, Order) {
    let shop = shop(app).await;
    let owner = app.as_owner().await;
    let rate = json!({ "code": "gb", "name": "VAT", "countryCode": "GB", "percent": "20" });
    let rates = json!({ "taxRates": [rate] });
    staff(&owner, "taxRatesUpsert", "taxRates { code }", rates).await;
    issuer(&owner).await;
    let goods = product("Cup").insert(app, &shop).await;
    let guest = app.guest();
    let order = confirmed(app, &guest, &shop, &goods, 3).await;
    (shop, goods, guest, order)
}

fn minor(money: &Value) -> i64 {
    let amount = money["amount"].as_str().unwrap();
    amount.replace('.', "").parse().unwrap()
}
