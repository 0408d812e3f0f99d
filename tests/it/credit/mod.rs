//! Gift cards and store credit: made, given, spent, given back, lapsed.

pub(crate) mod authorization;
mod batch;
mod card;
mod cart;
mod lapse;
mod model;
mod order;
mod race;
mod refund;
mod store;

use serde_json::{Value, json};
use tests::checkout::{Cart, Order, key};
use tests::{Answer, Client, TestApp};

/// What tests look at in a cart's ways to pay.
const CART: &str = "id payableTotal { amount currencyCode } tenders { kind amount { amount } balance { amount } lastCharacters giftCardId }";
/// What tests look at in an order's money.
const MONEY: &str = "status paymentStatus dueTotal { amount } paidTotal { amount } tenderedTotal { amount } creditedTotal { amount }
    tenders { kind amount { amount } returnedTotal { amount } status }";
const CARD: &str = "id lastCharacters status initialAmount { amount } balance { amount } held { amount } expiresAt note";
const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) {
    order { id status paymentStatus } orderToken userErrors { code field message } } }";

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// Sends a mutation that answers one thing.
pub(crate) async fn send(client: &Client, mutation: &str, selection: &str, input: Value) -> Answer {
    let type_name = format!("{}{}Input", mutation[..1].to_uppercase(), &mutation[1..]);
    let document = format!(
        "mutation($input: {type_name}!) {{ {mutation}(input: $input) {{ {selection} userErrors {{ code field message }} }} }}"
    );
    client.send(&document, json!({ "input": input })).await
}

/// A gift card of a test.
#[derive(Clone, Debug)]
struct Card {
    id: String,
    code: String,
}

/// Makes a gift card.
async fn card(app: &TestApp, owner: &Client, amount: &str, expires_at: Value) -> Card {
    let input =
        json!({ "amount": eur(amount), "expiresAt": expires_at, "idempotencyKey": key(app) });
    let made = send(owner, "giftCardCreate", "giftCard { id } code", input)
        .await
        .ok();
    let made = &made["giftCardCreate"];
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    Card {
        id: text(&made["giftCard"]["id"]),
        code: text(&made["code"]),
    }
}

/// Reads a gift card as staff.
async fn shown(owner: &Client, card: &Card) -> Value {
    let query = format!("query($id: ID!) {{ node(id: $id) {{ ... on GiftCard {{ {CARD} }} }} }}");
    owner.run(&query, json!({ "id": card.id })).await["node"].clone()
}

/// Status, balance and what is held of a gift card.
async fn stands(owner: &Client, card: &Card) -> (String, String, String) {
    let shown = shown(owner, card).await;
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    (
        text(&shown["status"]),
        text(&shown["balance"]["amount"]),
        text(&shown["held"]["amount"]),
    )
}

fn all_are(status: &str, balance: &str, held: &str) -> (String, String, String) {
    (status.to_owned(), balance.to_owned(), held.to_owned())
}

/// Gives or takes store credit as staff.
pub(crate) async fn adjust(app: &TestApp, staff: &Client, member: &Client, amount: &str) -> Answer {
    let input = json!({ "memberId": member.account_id(), "amount": eur(amount), "reason": "A gift", "idempotencyKey": key(app) });
    send(
        staff,
        "storeCreditAdjust",
        "storeCredit { balance { amount } held { amount } }",
        input,
    )
    .await
}

/// What a member can spend, and what is held.
async fn own(member: &Client) -> (String, String) {
    let query = "{ viewer { member { storeCredit { balance { amount } held { amount } } } } }";
    let shown = member.run(query, json!({})).await["viewer"]["member"]["storeCredit"].clone();
    let text = |name: &str| {
        shown[name]["amount"]
            .as_str()
            .expect("an amount")
            .to_owned()
    };
    (text("balance"), text("held"))
}

fn both_are(balance: &str, held: &str) -> (String, String) {
    (balance.to_owned(), held.to_owned())
}

/// Enters a gift card.
async fn apply(client: &Client, cart: &Cart, code: &str) -> Answer {
    let input = json!({ "cartId": cart.id, "code": code });
    send(
        client,
        "cartGiftCardApply",
        &format!("cart {{ {CART} }}"),
        input,
    )
    .await
}

/// Wants to pay with store credit.
async fn use_credit(client: &Client, cart: &Cart, amount: Value) -> Answer {
    let input = json!({ "cartId": cart.id, "amount": amount });
    send(
        client,
        "cartStoreCreditUse",
        &format!("cart {{ {CART} }}"),
        input,
    )
    .await
}

async fn paying(client: &Client, cart: &Cart) -> Value {
    let query = format!("query($id: ID!) {{ cart(id: $id) {{ {CART} }} }}");
    client.run(&query, json!({ "id": cart.id })).await["cart"].clone()
}

/// Orders a cart, expecting that so much is left to pay.
async fn try_place(client: &Client, cart: &Cart, payable: Value, key: &str) -> Answer {
    let input = json!({ "cartId": cart.id, "expectedTotal": cart.total, "expectedPayable": payable, "idempotencyKey": key });
    client.send(PLACE, json!({ "input": input })).await
}

/// Orders a cart as it is shown.
async fn ordered(app: &TestApp, client: &Client, cart: &Cart) -> Order {
    let payable = paying(client, cart).await["payableTotal"].clone();
    let answer = try_place(client, cart, payable, &key(app)).await.ok();
    let placed = &answer["orderPlace"];
    Order {
        id: placed["order"]["id"].as_str().expect("an order").to_owned(),
        token: placed["orderToken"].as_str().map(str::to_owned),
    }
}

/// Kinds, amounts and balances of a ledger, newest first.
fn ledger(entries: &Value) -> Vec<(String, String, String)> {
    let text = |value: &Value| value.as_str().expect("a text").to_owned();
    let entries = entries["nodes"].as_array().expect("a list").iter();
    entries
        .map(|entry| {
            (
                text(&entry["kind"]),
                text(&entry["amount"]["amount"]),
                text(&entry["balanceAfter"]["amount"]),
            )
        })
        .collect()
}

/// A card's ledger, newest first.
async fn entries(owner: &Client, card: &Card) -> Vec<(String, String, String)> {
    let query = "query($id: ID!) { node(id: $id) { ... on GiftCard { entries { nodes { kind amount { amount } balanceAfter { amount } } } } } }";
    ledger(&owner.run(query, json!({ "id": card.id })).await["node"]["entries"])
}

fn entry(kind: &str, amount: &str, after: &str) -> (String, String, String) {
    all_are(kind, amount, after)
}
