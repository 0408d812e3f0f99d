use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop};
use tests::checkout::{Order, confirmed, key, paid, read, stock};
use tests::{Answer, Client, TestApp, both};

const CREATE: &str = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) {
    fulfillment { id status availableActions lines { quantity line { sku } } } userErrors { code field } } }";
const SHIP: &str = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) {
    fulfillment { id status shippedAt tracking { carrier number url } order { fulfillmentStatus } } userErrors { code field } } }";
const DELIVER: &str =
    "mutation($input: FulfillmentDeliverInput!) { fulfillmentDeliver(input: $input) {
    fulfillment { id status order { fulfillmentStatus } } userErrors { code field } } }";
const CANCEL: &str =
    "mutation($input: FulfillmentCancelInput!) { fulfillmentCancel(input: $input) {
    fulfillment { id status } userErrors { code field } } }";
const RECEIVE: &str = "mutation($input: OrderReceiveInput!) { orderReceive(input: $input) { order { id status } userErrors { code } } }";

async fn pack(app: &TestApp, staff: &Client, order: &Order, shop: &Shop, units: i32) -> Answer {
    let line = read(&app.as_owner().await, order, "lines { id }").await["lines"][0]["id"].clone();
    let input = json!({ "orderId": order.id, "warehouseId": shop.warehouse, "lines": [{ "lineId": line, "quantity": units }],
        "idempotencyKey": key(app) });
    staff.send(CREATE, json!({ "input": input })).await
}

fn parcel(data: &Value) -> String {
    data["fulfillmentCreate"]["fulfillment"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

async fn move_on(app: &TestApp, staff: &Client, document: &str, parcel: &str) -> Answer {
    let mut input = json!({ "fulfillmentId": parcel, "idempotencyKey": key(app) });
    if document == SHIP {
        input["notify"] = json!(true);
        input["tracking"] =
            json!({ "carrier": "DHL", "number": "1Z9", "url": "https://track.test/1Z9" });
    }
    if document == CANCEL {
        input["reason"] = json!("wrong box");
    }
    staff.send(document, json!({ "input": input })).await
}

async fn receive(app: &TestApp, client: &Client, order: &Order) -> Answer {
    let input =
        json!({ "orderId": order.id, "orderToken": order.token, "idempotencyKey": key(app) });
    client.send(RECEIVE, json!({ "input": input })).await
}

both! {
    async fn goods_leave_once_arrive_and_the_buyer_ends_the_order(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 3).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE", "ORDER_READ"]).await;
        let first = pack(&app, &staff, &order, &shop, 2).await.ok();
        assert_eq!(first["fulfillmentCreate"]["fulfillment"]["availableActions"], json!(["FULFILLMENT_HOLD", "FULFILLMENT_PICK", "FULFILLMENT_PACK",
            "FULFILLMENT_SPLIT", "FULFILLMENT_MOVE", "FULFILLMENT_SHIP", "FULFILLMENT_CANCEL"]));
        assert_eq!(first["fulfillmentCreate"]["fulfillment"]["lines"], json!([{ "quantity": 2, "line": { "sku": goods.skus[0] } }]));
        assert_eq!(stock(&app, &goods).await, (100, 3));
        let sent = move_on(&app, &staff, SHIP, &parcel(&first)).await.ok();
        assert_eq!(sent["fulfillmentShip"]["fulfillment"]["tracking"], json!({ "carrier": "DHL", "number": "1Z9", "url": "https://track.test/1Z9" }));
        assert_eq!(sent["fulfillmentShip"]["fulfillment"]["order"]["fulfillmentStatus"], "PARTIAL");
        assert_eq!(stock(&app, &goods).await, (98, 1));
        move_on(&app, &staff, SHIP, &parcel(&first)).await.expect_user_error("INVALID_TRANSITION");
        receive(&app, &guest, &order).await.expect_user_error("INVALID_TRANSITION");
        let second = pack(&app, &staff, &order, &shop, 1).await.ok();
        move_on(&app, &staff, SHIP, &parcel(&second)).await.ok();
        assert_eq!(stock(&app, &goods).await, (97, 0));
        let arrived = move_on(&app, &staff, DELIVER, &parcel(&first)).await.ok();
        assert_eq!(arrived["fulfillmentDeliver"]["fulfillment"]["order"]["fulfillmentStatus"], "FULFILLED");
        assert_eq!(read(&guest, &order, "availableActions").await["availableActions"], json!(["ORDER_RECEIVE", "AFTER_SALE_REQUEST"]));
        let ended = receive(&app, &guest, &order).await.ok();
        assert_eq!(ended["orderReceive"]["order"]["status"], "COMPLETED");
        let shown = read(&guest, &order, "status fulfillmentStatus lines { fulfilledQuantity } fulfillments { status }").await;
        assert_eq!((&shown["fulfillmentStatus"], &shown["lines"][0]["fulfilledQuantity"]), (&json!("DELIVERED"), &json!(3)));
        receive(&app, &guest, &order).await.expect_user_error("INVALID_TRANSITION");
        app.run_outbox_until_idle().await;
    }

    async fn an_order_completes_by_itself_some_days_after_it_arrived(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 1).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE"]).await;
        let packed = parcel(&pack(&app, &staff, &order, &shop, 1).await.ok());
        move_on(&app, &staff, SHIP, &packed).await.ok();
        move_on(&app, &staff, DELIVER, &packed).await.ok();
        app.clock().advance(TimeDelta::days(6));
        app.run_timers().await;
        assert_eq!(read(&guest, &order, "status").await["status"], "CONFIRMED");
        app.clock().advance(TimeDelta::days(2));
        app.run_timers().await;
        assert_eq!(read(&guest, &order, "status").await["status"], "COMPLETED");
    }

    async fn a_parcel_is_refused_for_too_many_units_or_too_early(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let staff = app.as_staff(&["FULFILLMENT_WRITE"]).await;
        let early = paid(&app, &guest, &shop, &goods, 1).await;
        pack(&app, &staff, &early, &shop, 1).await.expect_user_error("INVALID_TRANSITION");
        let order = confirmed(&app, &guest, &shop, &goods, 2).await;
        let error = pack(&app, &staff, &order, &shop, 3).await.expect_user_error("QUANTITY_TOO_HIGH");
        assert_eq!(error["field"], json!(["input", "lines", "0", "quantity"]));
        pack(&app, &staff, &order, &shop, 0).await.expect_user_error("INVALID");
        pack(&app, &staff, &order, &shop, -1).await.expect_user_error("INVALID");
        let foreign = Order { id: early.id, ..order.clone() };
        pack(&app, &staff, &foreign, &shop, 1).await.expect_user_error("INVALID_TRANSITION");
        let packed = parcel(&pack(&app, &staff, &order, &shop, 2).await.ok());
        pack(&app, &staff, &order, &shop, 1).await.expect_user_error("QUANTITY_TOO_HIGH");
        move_on(&app, &staff, DELIVER, &packed).await.expect_user_error("INVALID_TRANSITION");
        move_on(&app, &staff, CANCEL, &packed).await.ok();
        move_on(&app, &staff, CANCEL, &packed).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(stock(&app, &goods).await, (100, 3));
        pack(&app, &staff, &order, &shop, 2).await.ok();
    }

    async fn an_order_all_of_whose_goods_have_left_cannot_be_cancelled(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 2).await;
        let staff = app.as_staff(&["FULFILLMENT_WRITE", "ORDER_WRITE"]).await;
        let packed = parcel(&pack(&app, &staff, &order, &shop, 2).await.ok());
        move_on(&app, &staff, SHIP, &packed).await.ok();
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
        let input = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": true, "idempotencyKey": key(&app) });
        let before = app.fingerprint().await;
        staff.send(cancel, json!({ "input": input })).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
    }
}
