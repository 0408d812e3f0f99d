//! From a cart to a paid, confirmed and sent order, through GraphQL: what scenarios about later steps start from.

use chrono::TimeDelta;
use serde_json::{Value, json};

use crate::{
    app::TestApp,
    arrange::{Goods, Shop},
    client::{Answer, Client},
};

const CART: &str = "mutation($input: CartCreateInput!) { cartCreate(input: $input) {
    cart { id cost { total { amount currencyCode } } problems { code blocking } } userErrors { code message } } }";
const PLACE: &str = "mutation($input: OrderPlaceInput!) { orderPlace(input: $input) {
    order { id number status } orderToken problems { code } userErrors { code field message } } }";
const START: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { id status session { redirectUrl } } userErrors { code field message } } }";
const REQUESTS: &str = "query($id: ID!) { order(id: $id) { confirmationRequests { id status } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
    orderCancellation { status } userErrors { code message } } }";
const CONFIRM: &str =
    "mutation($input: OrderConfirmationRespondInput!) { orderConfirmationRespond(input: $input) {
    orderConfirmationRequest { id status order { status } } userErrors { code message } } }";
const PACK: &str = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) {
    fulfillment { id } userErrors { code message } } }";
const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) {
    fulfillment { id } userErrors { code message } } }";
const RECEIVE: &str = "mutation($input: OrderReceiveInput!) { orderReceive(input: $input) {
    order { status } userErrors { code message } } }";

/// A cart that can be ordered.
#[derive(Debug, Clone)]
pub struct Cart {
    /// Its secret id.
    pub id: String,
    /// What it costs.
    pub total: Value,
}

/// An order of a scenario.
#[derive(Debug, Clone)]
pub struct Order {
    /// Its global id.
    pub id: String,
    /// A guest's key; null for members.
    pub token: Option<String>,
}

/// Where a test order goes.
#[must_use]
pub fn address() -> Value {
    json!({ "fullName": "Ada Lovelace", "streetLine1": "1 Analytical Way", "city": "London", "countryCode": "GB" })
}

/// A key nobody used before.
#[must_use]
pub fn key(app: &TestApp) -> String {
    app.clock().new_id().to_string()
}

/// Fills a cart with so many units of the first variant, ready to be ordered.
pub async fn cart(client: &Client, shop: &Shop, goods: &Goods, units: u32) -> Cart {
    let input = json!({
        "lines": [{ "variantId": goods.variant(), "quantity": units }],
        "cart": { "email": "buyer@shop.test", "shippingAddress": address(), "shippingMethodId": shop.shipping_method },
    });
    let data = client.run(CART, json!({ "input": input })).await;
    let cart = &data["cartCreate"]["cart"];
    Cart {
        id: text(&cart["id"]),
        total: cart["cost"]["total"].clone(),
    }
}

/// Asks for a cart to be ordered.
pub async fn try_place(client: &Client, cart: &Cart, key: &str) -> Answer {
    let input = json!({ "cartId": cart.id, "expectedTotal": cart.total, "idempotencyKey": key });
    client.send(PLACE, json!({ "input": input })).await
}

/// Orders so many units of the first variant.
pub async fn placed(
    app: &TestApp,
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    units: u32,
) -> Order {
    let cart = cart(client, shop, goods, units).await;
    ordered(app, client, &cart).await
}

/// Orders what is in a cart.
pub async fn ordered(app: &TestApp, client: &Client, cart: &Cart) -> Order {
    let data = try_place(client, cart, &key(app)).await.ok();
    let payload = &data["orderPlace"];
    Order {
        id: text(&payload["order"]["id"]),
        token: payload["orderToken"].as_str().map(str::to_owned),
    }
}

/// Asks for a payment; `scenario` is the test provider's, ignored by payment by hand.
pub async fn try_pay(
    app: &TestApp,
    client: &Client,
    order: &Order,
    method: &str,
    scenario: &str,
) -> Answer {
    let input = json!({
        "orderId": order.id, "paymentMethodId": method, "orderToken": order.token, "idempotencyKey": key(app),
        "returnUrl": format!("https://store.test/back?test_payment={scenario}"),
    });
    client.send(START, json!({ "input": input })).await
}

/// Starts a payment and answers its id.
pub async fn started(
    app: &TestApp,
    client: &Client,
    order: &Order,
    method: &str,
    scenario: &str,
) -> String {
    let data = try_pay(app, client, order, method, scenario).await.ok();
    text(&data["paymentStart"]["payment"]["id"])
}

/// Lets the test provider's messages arrive that are due within seconds.
pub async fn wait_for_provider(app: &TestApp) {
    for _message in 0..4 {
        app.clock().advance(TimeDelta::seconds(2));
        app.run_outbox_until_idle().await;
    }
}

/// Pays an order with the test provider.
pub async fn paid(app: &TestApp, client: &Client, shop: &Shop, goods: &Goods, units: u32) -> Order {
    let order = placed(app, client, shop, goods, units).await;
    started(app, client, &order, &shop.test_payment, "success").await;
    wait_for_provider(app).await;
    order
}

/// Answers all questions to the back office about an order.
pub async fn respond(app: &TestApp, order: &Order, outcome: &str) {
    let staff = app.as_staff(&["ORDER_READ", "ORDER_CONFIRM"]).await;
    let data = staff.run(REQUESTS, json!({ "id": order.id })).await;
    for request in data["order"]["confirmationRequests"]
        .as_array()
        .expect("questions")
    {
        let input = json!({
            "orderConfirmationRequestId": request["id"], "outcome": outcome, "reason": "counted by hand", "idempotencyKey": key(app),
        });
        staff.run(CONFIRM, json!({ "input": input })).await;
    }
}

/// Staff call an order off whole and give everything back that was paid; what follows is carried out.
pub async fn call_off(app: &TestApp, order: &Order) {
    let staff = app.as_staff(&["ORDER_READ", "ORDER_WRITE"]).await;
    let input = json!({ "orderId": order.id, "reason": "STAFF", "refund": true, "restock": true, "notify": false,
        "idempotencyKey": key(app) });
    staff.run(CANCEL, json!({ "input": input })).await;
    app.run_outbox_until_idle().await;
}

/// A paid order the back office confirmed.
pub async fn confirmed(
    app: &TestApp,
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    units: u32,
) -> Order {
    let order = paid(app, client, shop, goods, units).await;
    respond(app, &order, "CONFIRMED").await;
    order
}

/// An order the buyer has in hand.
pub async fn completed(
    app: &TestApp,
    client: &Client,
    shop: &Shop,
    goods: &Goods,
    units: u32,
) -> Order {
    let order = confirmed(app, client, shop, goods, units).await;
    received(app, client, shop, &order, units).await;
    order
}

/// Sends the first line of a confirmed order, and lets the buyer say that it came.
pub async fn received(app: &TestApp, client: &Client, shop: &Shop, order: &Order, units: u32) {
    sent(app, shop, order, units).await;
    let input =
        json!({ "orderId": order.id, "orderToken": order.token, "idempotencyKey": key(app) });
    client.run(RECEIVE, json!({ "input": input })).await;
    app.run_outbox_until_idle().await;
}

/// Sends units of the first line of a confirmed order.
pub async fn sent(app: &TestApp, shop: &Shop, order: &Order, units: u32) {
    let staff = app.as_staff(&["FULFILLMENT_WRITE", "ORDER_READ"]).await;
    let line = read(&staff, order, "lines { id }").await["lines"][0]["id"].clone();
    let input = json!({ "orderId": order.id, "warehouseId": shop.warehouse,
        "lines": [{ "lineId": line, "quantity": units }], "idempotencyKey": key(app) });
    let packed = staff.run(PACK, json!({ "input": input })).await;
    let parcel = &packed["fulfillmentCreate"]["fulfillment"]["id"];
    let input = json!({ "fulfillmentId": parcel, "notify": false, "idempotencyKey": key(app) });
    staff.run(SHIP, json!({ "input": input })).await;
}

/// Reads an order with a selection, as the one who placed it.
pub async fn read(client: &Client, order: &Order, selection: &str) -> Value {
    let document = format!(
        "query($id: ID!, $token: String) {{ order(id: $id, orderToken: $token) {{ {selection} }} }}"
    );
    client
        .run(&document, json!({ "id": order.id, "token": order.token }))
        .await["order"]
        .clone()
}

/// Units of a variant on hand and promised.
pub async fn stock(app: &TestApp, goods: &Goods) -> (i32, i32) {
    use domain::id::{ProductVariantId, TypedId as _};
    use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
    let variant = ProductVariantId::parse(goods.variant()).expect("a variant's id");
    let levels = entity::stock_level::Entity::find()
        .filter(entity::stock_level::Column::VariantId.eq(variant.uuid()))
        .all(app.connection())
        .await
        .expect("levels can be read");
    levels.iter().fold((0, 0), |(on_hand, allocated), level| {
        (on_hand + level.on_hand, allocated + level.allocated)
    })
}

fn text(value: &Value) -> String {
    value
        .as_str()
        .unwrap_or_else(|| panic!("no text but {value}"))
        .to_owned()
}
