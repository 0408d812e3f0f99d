//! From an empty database to a delivered order: nothing is arranged but the owner's account, as `vitrine staff create` makes it.

use api::service::staff::{OWNER_ROLE, OperatorAccount, create_by_operator};
use serde_json::{Value, json};
use tests::{Client, TestApp, both, checkout::key};

use crate::cart::{address, change, problems};
use crate::catalog::shelf::{euro, pluck};
use crate::promotion::staff as call;

const PRODUCTION: &[(&str, &str)] = &[
    ("VITRINE_MODE", "production"),
    ("VITRINE_PUBLIC_URL", "https://shop.test"),
];

/// What the owner made, as buyers and parcels name it.
struct Built {
    warehouse: Value,
    transfer: Value,
    variants: Value,
}

async fn owner(app: &TestApp) -> Client {
    let account = OperatorAccount {
        email: "owner@quay.test".to_owned(),
        role: OWNER_ROLE.to_owned(),
        password: "a quiet harbour".to_owned(),
    };
    create_by_operator(app.state(), &account).await.unwrap();
    let input = json!({ "email": account.email, "password": account.password });
    let login = call(&app.guest(), "staffLogin", "tokens { accessToken }", input).await;
    app.guest()
        .with_token(login["tokens"]["accessToken"].as_str().unwrap())
}

/// Settings, goods and stock; prices are net, and German buyers pay 19 % on top.
async fn build(app: &TestApp, owner: &Client) -> Built {
    let shop = json!({
        "name": "Quay", "currencyCode": "EUR", "taxIncluded": false, "defaultLocale": "en", "locales": ["en"],
        "countryCodes": ["DE", "FR"], "confirmationPolicy": "REQUIRED", "paymentDueMinutes": 1440, "orderPrefix": "Q",
    });
    call(
        owner,
        "shopUpdate",
        "shop { name }",
        json!({ "shop": shop }),
    )
    .await;
    let rate = json!({ "code": "de", "name": "VAT", "countryCode": "DE", "percent": "19" });
    let rates = json!({ "taxRates": [rate] });
    call(owner, "taxRatesUpsert", "taxRates { code }", rates).await;
    let hall = json!({ "warehouses": [{ "code": "hall", "name": "Hall", "priority": 1 }] });
    let made = call(owner, "warehousesUpsert", "warehouses { id active }", hall).await;
    let warehouse = made["warehouses"][0]["id"].clone();
    let parcel = json!({ "code": "parcel", "name": "Parcel", "price": euro("4.90"), "countryCodes": ["DE"] });
    let ways = json!({ "shippingMethods": [parcel] });
    call(
        owner,
        "shippingMethodsUpsert",
        "shippingMethods { id }",
        ways,
    )
    .await;
    let transfer = json!({ "code": "transfer", "name": "Bank transfer", "provider": "MANUAL" });
    let ways = json!({ "paymentMethods": [transfer] });
    let made = call(owner, "paymentMethodsUpsert", "paymentMethods { id }", ways).await;
    Built {
        warehouse,
        transfer: made["paymentMethods"][0]["id"].clone(),
        variants: goods(app, owner).await,
    }
}

/// A mug in two sizes, published, ten of each in the hall; gives its variants.
async fn goods(app: &TestApp, owner: &Client) -> Value {
    let mug = json!({
        "name": "Mug",
        "options": [{ "name": "Size", "values": [{ "name": "S" }, { "name": "L" }] }],
        "variants": [
            { "sku": "MUG-S", "price": euro("9.00"), "selectedOptions": [{ "name": "Size", "value": "S" }] },
            { "sku": "MUG-L", "price": euro("12.50"), "selectedOptions": [{ "name": "Size", "value": "L" }] },
        ],
    });
    let input = json!({ "product": mug });
    let made = call(
        owner,
        "productCreate",
        "product { id variants { id sku } }",
        input,
    )
    .await;
    let input = json!({ "productId": made["product"]["id"] });
    call(owner, "productPublish", "product { status }", input).await;
    let figure = |sku: &str| json!({ "sku": sku, "warehouseCode": "hall", "onHand": 10, "sourceVersion": 1 });
    let input = json!({ "levels": [figure("MUG-S"), figure("MUG-L")], "idempotencyKey": key(app) });
    call(owner, "stockSet", "stockLevels { onHand }", input).await;
    made["product"]["variants"].clone()
}

/// SKU, units in the house, units promised and units for sale, by SKU.
async fn stock(owner: &Client) -> Vec<(String, i64, i64, i64)> {
    let list = "{ stockLevels { nodes { onHand allocated available variant { sku } } } }";
    let data = owner.run(list, json!({})).await;
    let mut levels: Vec<_> = data["stockLevels"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|level| {
            let units = |name: &str| level[name].as_i64().unwrap();
            let sku = level["variant"]["sku"].as_str().unwrap().to_owned();
            (sku, units("onHand"), units("allocated"), units("available"))
        })
        .collect();
    levels.sort();
    levels
}

fn levels(small: [i64; 3], large: [i64; 3]) -> Vec<(String, i64, i64, i64)> {
    let level = |sku: &str, [on_hand, allocated, available]: [i64; 3]| {
        (sku.to_owned(), on_hand, allocated, available)
    };
    vec![level("MUG-L", large), level("MUG-S", small)]
}

/// Puts a small and two large mugs into a cart step by step, as a storefront does, and gives it ready to be ordered.
async fn filled_cart(guest: &Client, variants: &Value) -> Value {
    let cart = change(guest, "cartCreate", json!({})).await;
    assert_eq!(problems(&cart)[0], "INCOMPLETE");
    let id = cart["id"].clone();
    let lines = json!([
        { "variantId": variants[0]["id"], "quantity": 1 },
        { "variantId": variants[1]["id"], "quantity": 2 },
    ]);
    change(
        guest,
        "cartLinesAdd",
        json!({ "cartId": id, "lines": lines }),
    )
    .await;
    let buyer = json!({ "email": "ada@buyers.test", "shippingAddress": address() });
    let cart = change(guest, "cartUpdate", json!({ "cartId": id, "cart": buyer })).await;
    let parcel = &cart["shippingMethods"][0];
    assert_eq!(
        (&parcel["name"], &parcel["price"]["amount"]),
        (&json!("Parcel"), &json!("4.90"))
    );
    let choice = json!({ "shippingMethodId": parcel["id"] });
    let cart = change(guest, "cartUpdate", json!({ "cartId": id, "cart": choice })).await;
    assert_eq!(problems(&cart), Vec::<&str>::new());
    cart
}

/// Reads the order as its buyer.
async fn read(guest: &Client, order: &Value, token: &Value) -> Value {
    let document = "query($id: ID!, $token: String) { order(id: $id, orderToken: $token) {
        number status paymentStatus fulfillmentStatus lines { id quantity fulfilledQuantity }
        cost { subtotal { amount } shippingTotal { amount } taxTotal { amount } total { amount currencyCode } }
        paidTotal { amount } dueTotal { amount } } }";
    guest
        .run(document, json!({ "id": order, "token": token }))
        .await["order"]
        .clone()
}

/// Purchase, money and goods of an order.
fn axes(order: &Value) -> [&str; 3] {
    ["status", "paymentStatus", "fulfillmentStatus"].map(|axis| order[axis].as_str().unwrap())
}

both! {
    with PRODUCTION;

    async fn an_empty_shop_is_built_and_sells_through_graphql_alone(app: TestApp) {
        let owner = owner(&app).await;
        let empty = "{ products { totalCount } warehouses { id } taxRates { id } shippingMethods { id } paymentMethods { id } }";
        assert_eq!(
            owner.run(empty, json!({})).await,
            json!({ "products": { "totalCount": 0 }, "warehouses": [], "taxRates": [], "shippingMethods": [], "paymentMethods": [] })
        );
        let built = build(&app, &owner).await;
        assert_eq!(stock(&owner).await, levels([10, 0, 10], [10, 0, 10]));

        let guest = app.guest();
        let cart = filled_cart(&guest, &built.variants).await;
        let place = json!({ "cartId": cart["id"], "expectedTotal": cart["cost"]["total"], "idempotencyKey": key(&app) });
        let placed = call(&guest, "orderPlace", "order { id } orderToken", place).await;
        let (order, token) = (placed["order"]["id"].clone(), placed["orderToken"].clone());
        let shown = read(&guest, &order, &token).await;
        assert!(shown["number"].as_str().unwrap().starts_with('Q'));
        // 9.00 + 2 × 12.50 and 4.90 for the parcel, with 19 % of both on top.
        assert_eq!(shown["cost"], json!({
            "subtotal": { "amount": "34.00" }, "shippingTotal": { "amount": "4.90" }, "taxTotal": { "amount": "7.39" },
            "total": { "amount": "46.29", "currencyCode": "EUR" },
        }));
        assert_eq!(axes(&shown), ["PLACED", "NONE", "UNFULFILLED"]);
        assert_eq!(stock(&owner).await, levels([10, 1, 9], [10, 2, 8]));

        let start = json!({ "orderId": order, "orderToken": token, "paymentMethodId": built.transfer,
            "returnUrl": "https://quay.test/thanks", "idempotencyKey": key(&app) });
        let payment = call(&guest, "paymentStart", "payment { id }", start).await["payment"]["id"].clone();
        let capture = json!({ "paymentId": payment, "idempotencyKey": key(&app) });
        let captured = call(&owner, "paymentCapture", "payment { capturedTotal { amount } }", capture).await;
        assert_eq!(captured["payment"]["capturedTotal"]["amount"], "46.29");
        let shown = read(&guest, &order, &token).await;
        assert_eq!(axes(&shown), ["AWAITING_CONFIRMATION", "PAID", "UNFULFILLED"]);
        assert_eq!((&shown["paidTotal"]["amount"], &shown["dueTotal"]["amount"]), (&json!("46.29"), &json!("0.00")));

        let asked = owner.run("{ orderConfirmationRequests { nodes { id } } }", json!({})).await;
        let answer = json!({ "orderConfirmationRequestId": asked["orderConfirmationRequests"]["nodes"][0]["id"],
            "outcome": "CONFIRMED", "reason": "all there", "idempotencyKey": key(&app) });
        call(&owner, "orderConfirmationRespond", "orderConfirmationRequest { status }", answer).await;
        let shown = read(&guest, &order, &token).await;
        assert_eq!(axes(&shown), ["CONFIRMED", "PAID", "UNFULFILLED"]);

        let lines: Vec<Value> = pluck(&shown["lines"], "id").into_iter().zip([1, 2])
            .map(|(line, units)| json!({ "lineId": line, "quantity": units })).collect();
        let parcel = json!({ "orderId": order, "warehouseId": built.warehouse, "lines": lines, "idempotencyKey": key(&app) });
        let parcel = call(&owner, "fulfillmentCreate", "fulfillment { id }", parcel).await["fulfillment"]["id"].clone();
        let step = |app: &TestApp| json!({ "fulfillmentId": parcel, "idempotencyKey": key(app) });
        let mut ship = step(&app);
        ship["notify"] = json!(true);
        call(&owner, "fulfillmentShip", "fulfillment { status }", ship).await;
        assert_eq!(axes(&read(&guest, &order, &token).await), ["CONFIRMED", "PAID", "FULFILLED"]);
        assert_eq!(stock(&owner).await, levels([9, 0, 9], [8, 0, 8]));
        call(&owner, "fulfillmentDeliver", "fulfillment { status }", step(&app)).await;

        let received = json!({ "orderId": order, "orderToken": token, "idempotencyKey": key(&app) });
        call(&guest, "orderReceive", "order { status }", received).await;
        let shown = read(&guest, &order, &token).await;
        assert_eq!(axes(&shown), ["COMPLETED", "PAID", "DELIVERED"]);
        assert_eq!((&shown["lines"][0]["fulfilledQuantity"], &shown["lines"][1]["fulfilledQuantity"]), (&json!(1), &json!(2)));
        assert_eq!(stock(&owner).await, levels([9, 0, 9], [8, 0, 8]));
        app.run_outbox_until_idle().await;
        let mails = app.mailbox().to("ada@buyers.test");
        assert!(mails.iter().all(|mail| mail.subject.contains(shown["number"].as_str().unwrap())));
        assert!(mails.len() >= 3, "received, confirmed, sent: {}", mails.len());
    }
}
