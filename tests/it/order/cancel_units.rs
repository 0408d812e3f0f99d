use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::arrange::{Goods, Shop, product, shop};
use tests::checkout::{Order, confirmed, key, paid, placed, read, stock, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

use crate::promotion::running;

const STANDS: &str = "status fulfillmentStatus paymentStatus refundedTotal { amount } lines { quantity cancelledQuantity fulfilledQuantity }";

async fn line(client: &Client, order: &Order) -> Value {
    read(client, order, "lines { id }").await["lines"][0]["id"].clone()
}

/// Staff cancel units of the first line; `fields` change the request.
async fn cancel(app: &TestApp, order: &Order, units: i32, fields: Value) -> Answer {
    let staff = app.as_staff(&["ORDER_WRITE", "ORDER_READ"]).await;
    let mut input = json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": true,
        "lines": [{ "lineId": line(&staff, order).await, "quantity": units }], "idempotencyKey": key(app) });
    for (name, value) in fields.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    let document = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
        orderCancellation { status reason lines { quantity line { sku } } } userErrors { code field } } }";
    staff.send(document, json!({ "input": input })).await
}

async fn ask(app: &TestApp, client: &Client, order: &Order, units: i32) -> Answer {
    let input = json!({ "orderId": order.id, "orderToken": order.token, "note": "too many", "idempotencyKey": key(app),
        "lines": [{ "lineId": line(client, order).await, "quantity": units }] });
    let document = "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) {
        orderCancellation { id status lines { quantity } } userErrors { code field } } }";
    client.send(document, json!({ "input": input })).await
}

/// Packs units of the first line into a parcel, and sends it if wanted.
async fn packed(app: &TestApp, shop: &Shop, order: &Order, units: i32, is_sent: bool) {
    let staff = app.as_owner().await;
    let input = json!({ "orderId": order.id, "warehouseId": shop.warehouse, "idempotencyKey": key(app),
        "lines": [{ "lineId": line(&staff, order).await, "quantity": units }] });
    let create = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) { fulfillment { id } userErrors { code } } }";
    let parcel = staff.run(create, json!({ "input": input })).await["fulfillmentCreate"]["fulfillment"]["id"].clone();
    if is_sent {
        let document = "mutation($input: FulfillmentShipInput!) { fulfillmentShip(input: $input) { fulfillment { id } userErrors { code } } }";
        let input = json!({ "fulfillmentId": parcel, "notify": false, "idempotencyKey": key(app) });
        staff.run(document, json!({ "input": input })).await;
    }
}

async fn three_cups(app: &TestApp, guest: &Client) -> (Shop, Goods, Order) {
    let shop = shop(app).await;
    running(&app.as_owner().await, json!({})).await;
    let goods = product("Cup").prices(&[333]).insert(app, &shop).await;
    let order = confirmed(app, guest, &shop, &goods, 3).await;
    (shop, goods, order)
}

both! {
    async fn units_go_one_after_the_other_and_the_last_one_ends_the_order(app: TestApp) {
        let guest = app.guest();
        let (_shop, goods, order) = three_cups(&app, &guest).await;
        let done = cancel(&app, &order, 1, json!({})).await.ok();
        assert_eq!(done["orderCancel"]["orderCancellation"], json!({ "status": "ACCEPTED", "reason": "STAFF",
            "lines": [{ "quantity": 1, "line": { "sku": goods.skus[0] } }] }));
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("buyer@shop.test").text.contains("some units were cancelled"));
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, STANDS).await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "fulfillmentStatus": "UNFULFILLED", "paymentStatus": "PARTIALLY_REFUNDED",
            "refundedTotal": { "amount": "2.99" }, "lines": [{ "quantity": 3, "cancelledQuantity": 1, "fulfilledQuantity": 0 }] }));
        assert_eq!(stock(&app, &goods).await, (100, 2));
        cancel(&app, &order, 2, json!({})).await.ok();
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status paymentStatus paidTotal { amount } refundedTotal { amount } cancellations { lines { quantity } }").await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("CANCELLED"), &json!("REFUNDED")));
        assert_eq!(shown["refundedTotal"], shown["paidTotal"], "shipping too");
        assert_eq!(shown["cancellations"], json!([{ "lines": [] }, { "lines": [{ "quantity": 1 }] }]));
        assert_eq!(stock(&app, &goods).await, (100, 0));
    }

    async fn what_is_left_when_some_has_left_can_be_cancelled(app: TestApp) {
        let guest = app.guest();
        let (shop, goods, order) = three_cups(&app, &guest).await;
        packed(&app, &shop, &order, 1, true).await;
        let all = cancel(&app, &order, 1, json!({ "lines": null, "restock": false })).await.ok();
        assert_eq!(all["orderCancel"]["orderCancellation"]["lines"][0]["quantity"], 2);
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, STANDS).await;
        assert_eq!(shown, json!({ "status": "CONFIRMED", "fulfillmentStatus": "FULFILLED", "paymentStatus": "PARTIALLY_REFUNDED",
            "refundedTotal": { "amount": "5.99" }, "lines": [{ "quantity": 3, "cancelledQuantity": 2, "fulfilledQuantity": 1 }] }));
        assert_eq!(stock(&app, &goods).await, (97, 0), "one sent, two written off");
        cancel(&app, &order, 1, json!({ "lines": null })).await.expect_user_error("INVALID_TRANSITION");
        let receive = "mutation($input: OrderReceiveInput!) { orderReceive(input: $input) { order { status } userErrors { code } } }";
        let input = json!({ "orderId": order.id, "orderToken": order.token, "idempotencyKey": key(&app) });
        assert_eq!(guest.run(receive, json!({ "input": input })).await["orderReceive"]["order"]["status"], "COMPLETED");
    }

    async fn a_buyer_cancels_units_at_once_before_and_on_request_after_picking(app: TestApp) {
        let guest = app.guest();
        let (shop, goods, order) = three_cups(&app, &guest).await;
        let wish = ask(&app, &guest, &order, 1).await.ok();
        assert_eq!(wish["orderCancellationRequest"]["orderCancellation"]["status"], "ACCEPTED");
        assert_eq!(stock(&app, &goods).await, (100, 2));
        packed(&app, &shop, &order, 1, false).await;
        let wish = ask(&app, &guest, &order, 1).await.ok()["orderCancellationRequest"]["orderCancellation"].clone();
        assert_eq!((&wish["status"], &wish["lines"]), (&json!("PENDING"), &json!([{ "quantity": 1 }])));
        assert_eq!(stock(&app, &goods).await, (100, 2), "nothing before the answer");
        let staff = app.as_staff(&["ORDER_WRITE"]).await;
        let respond = "mutation($input: OrderCancellationRespondInput!) { orderCancellationRespond(input: $input) {
            orderCancellation { status } userErrors { code } } }";
        let input = json!({ "orderCancellationId": wish["id"], "decision": "ACCEPT", "idempotencyKey": key(&app) });
        let first = staff.run(respond, json!({ "input": input })).await;
        assert_eq!(first["orderCancellationRespond"]["orderCancellation"]["status"], "ACCEPTED");
        assert_eq!(staff.run(respond, json!({ "input": input })).await, first);
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, STANDS).await;
        assert_eq!((&shown["status"], &shown["refundedTotal"]["amount"]), (&json!("CONFIRMED"), &json!("5.99")));
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }

    async fn a_wish_that_came_true_otherwise_cannot_be_granted(app: TestApp) {
        let guest = app.guest();
        let (shop, goods, order) = three_cups(&app, &guest).await;
        packed(&app, &shop, &order, 1, false).await;
        let wish = ask(&app, &guest, &order, 2).await.ok()["orderCancellationRequest"]["orderCancellation"]["id"].clone();
        packed(&app, &shop, &order, 2, true).await;
        let staff = app.as_staff(&["ORDER_WRITE"]).await;
        let respond = "mutation($input: OrderCancellationRespondInput!) { orderCancellationRespond(input: $input) {
            orderCancellation { status } userErrors { code } } }";
        let input = json!({ "orderCancellationId": wish, "decision": "ACCEPT", "idempotencyKey": key(&app) });
        staff.send(respond, json!({ "input": input })).await.expect_user_error("INVALID");
        assert_eq!(read(&guest, &order, "cancellations { status }").await["cancellations"], json!([{ "status": "PENDING" }]));
        assert_eq!(stock(&app, &goods).await, (98, 1));
    }

    async fn of_two_for_the_last_units_one_gets_them(app: TestApp) {
        let guest = app.guest();
        let (_shop, goods, order) = three_cups(&app, &guest).await;
        let told = join_all((0..3).map(|_| cancel(&app, &order, 2, json!({})))).await;
        let done = told.into_iter().filter(|answer| answer.data()["orderCancel"]["orderCancellation"].is_object());
        assert_eq!(done.count(), 1);
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, STANDS).await["lines"][0]["cancelledQuantity"], 2);
        assert_eq!(stock(&app, &goods).await, (100, 1));
    }

    async fn units_that_are_not_open_are_refused_and_nothing_changes(app: TestApp) {
        let guest = app.guest();
        let (shop, goods, order) = three_cups(&app, &guest).await;
        packed(&app, &shop, &order, 2, false).await;
        let before = read(&guest, &order, "version").await;
        let line = line(&guest, &order).await;
        cancel(&app, &order, 2, json!({})).await.expect_user_error("INVALID");
        cancel(&app, &order, 0, json!({})).await.expect_user_error("INVALID");
        cancel(&app, &order, -1, json!({})).await.expect_user_error("INVALID");
        let twice = json!([{ "lineId": line, "quantity": 1 }, { "lineId": line, "quantity": 1 }]);
        cancel(&app, &order, 1, json!({ "lines": twice })).await.expect_user_error("INVALID");
        let other = placed(&app, &guest, &shop, &goods, 2).await;
        let foreign = json!([{ "lineId": line, "quantity": 1 }]);
        cancel(&app, &other, 1, json!({ "lines": foreign })).await.expect_user_error("INVALID");
        cancel(&app, &other, 1, json!({})).await.expect_user_error("INVALID_TRANSITION");
        let waiting = paid(&app, &guest, &shop, &goods, 2).await;
        ask(&app, &guest, &waiting, 1).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(read(&guest, &order, "version").await, before);
        assert_eq!(read(&guest, &order, "refunds { id } cancellations { id }").await, json!({ "refunds": [], "cancellations": [] }));
    }
}
