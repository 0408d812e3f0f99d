//! Carts: what buyers do with them, and what they cost.

mod abandoned;
pub(crate) mod authorization;
mod create;
mod lines;
mod merge;
mod owner;
mod price;
mod update;

use serde_json::{Value, json};
use tests::Client;
use tests::arrange::Shop;

/// What tests look at in a cart.
pub(crate) const FIELDS: &str = "id status totalQuantity email couponCodes
    lines { id quantity cost { unitPrice { amount } subtotal { amount } discountTotal { amount } total { amount } } }
    cost { subtotal { amount } discountTotal { amount } shippingTotal { amount } taxTotal { amount }
        total { amount currencyCode } adjustments { kind amount { amount } included lineId } }
    shippingMethods { id name price { amount } } shippingMethod { id } points { spent spendable earns discount { amount } }
    problems { code blocking lineId couponCode availableQuantity previousPrice { amount } currentPrice { amount } }
    evaluations { couponCode applied reason discount { amount } missing { amount { amount } quantity } }";

/// Where goods go in tests.
pub(crate) fn address() -> Value {
    json!({ "fullName": "Ada Lovelace", "streetLine1": "Marktplatz 1", "city": "Bonn", "postalCode": "53111", "countryCode": "DE" })
}

/// Runs a cart mutation and answers the cart; panics on any refusal.
pub(crate) async fn change(client: &Client, mutation: &str, input: Value) -> Value {
    let answer = client
        .send(&document(mutation), json!({ "input": input }))
        .await;
    answer.ok()[mutation]["cart"].clone()
}

/// The document of a cart mutation.
pub(crate) fn document(mutation: &str) -> String {
    document_for(mutation, FIELDS)
}

/// The document of a cart mutation that asks for these fields of the cart.
pub(crate) fn document_for(mutation: &str, fields: &str) -> String {
    let mut start = mutation.chars();
    let type_name: String = start
        .next()
        .into_iter()
        .flat_map(char::to_uppercase)
        .chain(start)
        .collect();
    format!(
        "mutation($input: {type_name}Input!) {{ {mutation}(input: $input) {{ cart {{ {fields} }} userErrors {{ code field message }} }} }}"
    )
}

/// A cart with units of a variant.
pub(crate) async fn filled(client: &Client, variant: &str, quantity: u32) -> Value {
    change(
        client,
        "cartCreate",
        json!({ "lines": [{ "variantId": variant, "quantity": quantity }] }),
    )
    .await
}

/// A cart that can be ordered.
pub(crate) async fn ready(client: &Client, shop: &Shop, variant: &str, quantity: u32) -> Value {
    let input = json!({
        "lines": [{ "variantId": variant, "quantity": quantity }],
        "cart": { "email": "ada@buyers.test", "shippingAddress": address(), "shippingMethodId": shop.shipping_method },
    });
    change(client, "cartCreate", input).await
}

/// Reads a cart anew.
pub(crate) async fn read(client: &Client, id: &Value) -> Value {
    let document = format!("query($id: ID!) {{ cart(id: $id) {{ {FIELDS} }} }}");
    client.run(&document, json!({ "id": id })).await["cart"].clone()
}

/// Codes of a cart's problems.
pub(crate) fn problems(cart: &Value) -> Vec<&str> {
    let problems = cart["problems"].as_array().expect("a list");
    problems
        .iter()
        .map(|problem| problem["code"].as_str().expect("a code"))
        .collect()
}

/// Tries to order a cart at the total it shows.
pub(crate) async fn place(client: &Client, cart: &Value, key: &str) -> tests::Answer {
    let total = &cart["cost"]["total"];
    let document = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id number } userErrors { code } } }";
    let input = json!({ "cartId": cart["id"], "expectedTotal": total, "idempotencyKey": key });
    client.send(document, json!({ "input": input })).await
}
