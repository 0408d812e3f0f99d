//! Buyers who do not give up: whatever happens to the server, they ask again with the same key until they are told.

use std::io;
use std::time::Duration;

use serde_json::{Value, json};
use tests::arrange::{Goods, Shop};
use tests::checkout::address;
use tests::connection::Connection;

use crate::asking::{Asking, body};
use crate::journal::{Journal, Told};

const CART: &str = "mutation($input: CartCreateInput!) { cartCreate(input: $input) { cart { id cost { total { amount currencyCode } } } userErrors { code } } }";
const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) { order { id number cost { total { amount } } } orderToken userErrors { code } } }";
const PAY: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) { payment { id } userErrors { code } } }";

/// Somebody who buys from a server.
#[derive(Clone)]
pub(crate) struct Buyer {
    pub(crate) port: u16,
    pub(crate) shop: Shop,
    pub(crate) goods: Goods,
}

/// A filled cart.
#[derive(Clone)]
pub(crate) struct Cart {
    id: String,
    total: Value,
}

impl Buyer {
    fn asking(&self) -> Asking {
        Asking::guest(self.port)
    }

    /// Fills a cart, orders it and starts to pay. Notes what they are told; `None` when the shop refuses.
    pub(crate) async fn buy(&self, number: usize, journal: &Journal) -> Option<Told> {
        let cart = self.try_to_fill(number).await?;
        self.place_and_pay(&cart, journal).await
    }

    /// Orders a cart and starts to pay.
    pub(crate) async fn place_and_pay(&self, cart: &Cart, journal: &Journal) -> Option<Told> {
        let told = self.place(cart).await?;
        journal.note(&told);
        let payload = self.asking().ask(PAY, &self.payment(&told)).await;
        let payment = &payload["paymentStart"];
        // It may have been paid by the time it is asked again.
        assert!(payment["userErrors"] == json!([]), "{payload}");
        Some(told)
    }

    /// Fills a cart with one unit of everything.
    pub(crate) async fn fill(&self, number: usize) -> Cart {
        self.try_to_fill(number).await.expect("there is enough")
    }

    /// The same; `None` when something is sold out by then.
    async fn try_to_fill(&self, number: usize) -> Option<Cart> {
        let variants = self.goods.variants.iter();
        let lines: Vec<Value> = variants
            .map(|variant| json!({ "variantId": variant, "quantity": 1 }))
            .collect();
        let who = json!({
            "email": format!("buyer{number}@shop.test"), "shippingAddress": address(), "shippingMethodId": self.shop.shipping_method,
        });
        let payload = self
            .asking()
            .ask(CART, &json!({ "lines": lines, "cart": who }))
            .await;
        let cart = &payload["cartCreate"]["cart"];
        if cart.is_null() {
            let code = &payload["cartCreate"]["userErrors"][0]["code"];
            assert_eq!(code, "INSUFFICIENT_STOCK", "{payload}");
            return None;
        }
        Some(Cart {
            id: text(&cart["id"]),
            total: cart["cost"]["total"].clone(),
        })
    }

    /// Orders a cart; `None` when the shop refuses.
    pub(crate) async fn place(&self, cart: &Cart) -> Option<Told> {
        let payload = self.asking().ask(PLACE, &placing(cart)).await;
        let order = &payload["orderPlace"]["order"];
        order.is_object().then(|| Told {
            order: text(&order["id"]),
            number: text(&order["number"]),
            total: text(&order["cost"]["total"]["amount"]),
            token: text(&payload["orderPlace"]["orderToken"]),
        })
    }

    /// Asks once for an order of a cart.
    pub(crate) async fn try_to_place(&self, cart: &Cart) -> io::Result<Value> {
        self.asking().once(PLACE, &placing(cart)).await
    }

    /// Sends an order for a cart and hangs up after a while, whatever comes.
    pub(crate) async fn place_and_hang_up(&self, cart: &Cart, after: Duration) {
        let body = body(PLACE, &placing(cart));
        let send = async {
            let mut connection = Connection::open(self.port).await?;
            connection.post("/graphql", &body).await
        };
        let _whatever = tokio::time::timeout(after, send).await;
    }

    fn payment(&self, told: &Told) -> Value {
        json!({
            "orderId": told.order, "orderToken": told.token, "paymentMethodId": self.shop.test_payment,
            "returnUrl": "https://store.test/back?test_payment=success", "idempotencyKey": format!("pay-{}", told.order),
        })
    }
}

/// The input of an order: the key is the cart's, so that asking again is the same request.
fn placing(cart: &Cart) -> Value {
    json!({ "cartId": cart.id, "expectedTotal": cart.total, "idempotencyKey": format!("place-{}", cart.id) })
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text but {value}"))
        .to_owned()
}
