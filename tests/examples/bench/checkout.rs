//! Buying: the whole way of a guest, and the order alone.

use std::io;
use std::sync::Mutex;

use serde_json::{Value, json};

use crate::scenario::{Round, Scenario, body, refused};
use tests::connection::Connection;

/// A guest fills a cart, says where to and how, places the order and starts to pay.
pub(crate) struct Checkout;

const PICK: &str = "query Pick($slug: String!) { product(slug: $slug) { variants { id } } }";
const CREATE: &str = "mutation Create($input: CartCreateInput!) { cartCreate(input: $input) { cart { id shippingMethods { id } } userErrors { code } } }";
const ADD: &str = "mutation Add($input: CartLinesAddInput!) { cartLinesAdd(input: $input) { cart { totalQuantity } userErrors { code } } }";
const SHIP: &str = "mutation Ship($input: CartUpdateInput!) { cartUpdate(input: $input) { cart { cost { total { amount currencyCode } } problems { code } } userErrors { code } } }";
pub(crate) const PLACE: &str = "mutation Place($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id paymentMethods { id } } orderToken problems { code } userErrors { code } } }";
pub(crate) const PAY: &str = "mutation Pay($input: PaymentStartInput!) { paymentStart(input: $input) { payment { id session { redirectUrl } } userErrors { code } } }";

impl Scenario for Checkout {
    fn name(&self) -> &'static str {
        "full guest checkout, 6 calls"
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, number: u64) -> Round<'a> {
        Box::pin(async move {
            let (cart, total) = fill_cart(connection, number).await?;
            let placed = ask(connection, PLACE, place_input(&cart, &total)).await?;
            let order = &placed["orderPlace"]["order"];
            ask(connection, PAY, json!({ "input": {
                "orderId": order["id"], "orderToken": placed["orderPlace"]["orderToken"],
                "paymentMethodId": order["paymentMethods"][0]["id"], "returnUrl": "http://127.0.0.1/thanks",
                "idempotencyKey": format!("pay-{number}-{}", order["id"]),
            } }))
            .await?;
            Ok(())
        })
    }

    fn sample(&self) -> Option<&str> {
        None
    }
}

/// `orderPlace` alone, over carts that wait to be ordered: what `order_place.sql` does without a server.
#[derive(Default)]
pub(crate) struct Place {
    ready: Mutex<Vec<String>>,
}

impl Scenario for Place {
    fn name(&self) -> &'static str {
        "orderPlace alone"
    }

    fn prepare<'a>(&'a self, connection: &'a mut Connection, rounds: u64) -> Round<'a> {
        Box::pin(async move {
            for number in 0..rounds {
                let (cart, total) = fill_cart(connection, number).await?;
                let body = body(PLACE, &place_input(&cart, &total));
                self.ready.lock().unwrap().push(body);
            }
            Ok(())
        })
    }

    fn has_more(&self) -> bool {
        !self.ready.lock().unwrap().is_empty()
    }

    fn round<'a>(&'a self, connection: &'a mut Connection, _number: u64) -> Round<'a> {
        Box::pin(async move {
            let Some(body) = self.ready.lock().unwrap().pop() else {
                return Ok(());
            };
            send(connection, PLACE, &body).await.map(drop)
        })
    }

    fn sample(&self) -> Option<&str> {
        None
    }
}

/// Fills a cart that can be ordered. Gives its id and total.
pub(crate) async fn fill_cart(
    connection: &mut Connection,
    number: u64,
) -> io::Result<(Value, Value)> {
    let slug = format!("bench-product-{}", number.wrapping_mul(7_919) % 1_000);
    let picked = ask(connection, PICK, json!({ "slug": slug })).await?;
    let variant = |n: usize| picked["product"]["variants"][n]["id"].clone();
    let address = json!({ "fullName": "Ann Example", "streetLine1": "1 High Street", "city": "Berlin", "postalCode": "10115", "countryCode": "DE" });
    let created = ask(
        connection,
        CREATE,
        json!({ "input": {
        "lines": [{ "variantId": variant(0), "quantity": 1 }],
        "cart": { "email": format!("guest{number}@example.test"), "shippingAddress": address },
    } }),
    )
    .await?;
    let cart = &created["cartCreate"]["cart"];
    ask(connection, ADD, json!({ "input": { "cartId": cart["id"], "lines": [{ "variantId": variant(1), "quantity": 2 }] } })).await?;
    let method = json!({ "shippingMethodId": cart["shippingMethods"][0]["id"] });
    let shipped = ask(
        connection,
        SHIP,
        json!({ "input": { "cartId": cart["id"], "cart": method } }),
    )
    .await?;
    let total = shipped["cartUpdate"]["cart"]["cost"]["total"].clone();
    Ok((cart["id"].clone(), total))
}

pub(crate) fn place_input(cart: &Value, total: &Value) -> Value {
    json!({ "input": {
        "cartId": cart, "expectedTotal": total, "idempotencyKey": format!("place-{}", cart.as_str().unwrap_or_default()),
    } })
}

/// Sends a document whose root field must not be refused, and gives its data.
pub(crate) async fn ask(
    connection: &mut Connection,
    document: &str,
    variables: Value,
) -> io::Result<Value> {
    send(connection, document, &body(document, &variables)).await
}

/// Sends a body whose document's root field must not be refused, and gives its data.
pub(crate) async fn send(
    connection: &mut Connection,
    document: &str,
    body: &str,
) -> io::Result<Value> {
    let answer = connection.post("/graphql", body).await?;
    let json: Value = serde_json::from_slice(&answer.body)?;
    let payload = json["data"]
        .as_object()
        .and_then(|data| data.values().next());
    let is_refused = payload.is_none_or(|payload| {
        payload.is_null()
            || payload["userErrors"]
                .as_array()
                .is_some_and(|errors| !errors.is_empty())
    });
    if is_refused || json.get("errors").is_some() {
        Err(refused(document, &answer.body))
    } else {
        Ok(json["data"].clone())
    }
}
