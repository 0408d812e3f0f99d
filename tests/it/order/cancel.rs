use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{Order, confirmed, key, paid, placed, read, stock, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) {
    orderCancellation { id status reason note actor { kind } } userErrors { code field } } }";
const REQUEST: &str =
    "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) {
    orderCancellation { id status } userErrors { code field } } }";
const RESPOND: &str =
    "mutation($input: OrderCancellationRespondInput!) { orderCancellationRespond(input: $input) {
    orderCancellation { id status note } userErrors { code field } } }";

fn cancellation(app: &TestApp, order: &Order) -> Value {
    json!({ "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": true, "idempotencyKey": key(app) })
}

async fn ask(app: &TestApp, client: &Client, order: &Order) -> Answer {
    let input = json!({ "orderId": order.id, "orderToken": order.token, "note": "changed my mind", "idempotencyKey": key(app) });
    client.send(REQUEST, json!({ "input": input })).await
}

async fn packed(app: &TestApp, order: &Order, warehouse: &str) -> String {
    let staff = app.as_owner().await;
    let line = read(&staff, order, "lines { id quantity }").await["lines"][0].clone();
    let input = json!({ "orderId": order.id, "warehouseId": warehouse, "idempotencyKey": key(app),
        "lines": [{ "lineId": line["id"], "quantity": line["quantity"] }] });
    let document = "mutation($input: FulfillmentCreateInput!) { fulfillmentCreate(input: $input) { fulfillment { id } userErrors { code } } }";
    staff.run(document, json!({ "input": input })).await["fulfillmentCreate"]["fulfillment"]["id"]
        .as_str()
        .unwrap()
        .to_owned()
}

both! {
    async fn staff_cancel_a_paid_order_and_everything_goes_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 3).await;
        let staff = app.as_staff(&["ORDER_WRITE"]).await;
        let input = json!({ "input": cancellation(&app, &order) });
        let first = staff.run(CANCEL, input.clone()).await;
        assert_eq!(first["orderCancel"]["orderCancellation"]["status"], "ACCEPTED");
        assert_eq!(staff.run(CANCEL, input).await, first);
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status paymentStatus fulfillmentStatus dueTotal { amount } availableActions
            cancellations { reason } confirmationMissing: timeline { kind }").await;
        assert_eq!(shown["status"], "CANCELLED");
        assert_eq!((&shown["paymentStatus"], &shown["fulfillmentStatus"]), (&json!("REFUNDED"), &json!("CANCELLED")));
        assert_eq!((&shown["dueTotal"]["amount"], &shown["availableActions"]), (&json!("0.00"), &json!([])));
        assert_eq!(stock(&app, &goods).await, (100, 0));
        staff.send(CANCEL, json!({ "input": cancellation(&app, &order) })).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn units_that_are_not_restocked_are_written_off(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let order = placed(&app, &app.guest(), &shop, &goods, 3).await;
        let staff = app.as_staff(&["ORDER_WRITE"]).await;
        let mut input = cancellation(&app, &order);
        input["restock"] = json!(false);
        staff.run(CANCEL, json!({ "input": input })).await;
        assert_eq!(stock(&app, &goods).await, (97, 0));
    }

    async fn a_buyer_cancels_at_once_while_nothing_is_picked(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let stranger = Order { token: Some("not-the-key".to_owned()), ..order.clone() };
        ask(&app, &guest, &stranger).await.expect_user_error("NOT_FOUND");
        let granted = ask(&app, &guest, &order).await.ok();
        assert_eq!(granted["orderCancellationRequest"]["orderCancellation"]["status"], "ACCEPTED");
        assert_eq!(read(&guest, &order, "status").await["status"], "CANCELLED");
        assert_eq!(stock(&app, &goods).await, (100, 0));
        ask(&app, &guest, &order).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn once_something_is_picked_staff_decide(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = confirmed(&app, &guest, &shop, &goods, 1).await;
        packed(&app, &order, &shop.warehouse).await;
        let wish = ask(&app, &guest, &order).await.ok()["orderCancellationRequest"]["orderCancellation"].clone();
        assert_eq!(wish["status"], "PENDING");
        ask(&app, &guest, &order).await.expect_user_error("INVALID_TRANSITION");
        let staff = app.as_staff(&["ORDER_WRITE"]).await;
        let answer = |decision: &str| json!({ "input": {
            "orderCancellationId": wish["id"], "decision": decision, "note": "sorry", "idempotencyKey": key(&app) } });
        let declined = staff.run(RESPOND, answer("DECLINE")).await;
        assert_eq!(declined["orderCancellationRespond"]["orderCancellation"]["status"], "DECLINED");
        staff.send(RESPOND, answer("ACCEPT")).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(read(&guest, &order, "status").await["status"], "CONFIRMED");
        let again = ask(&app, &guest, &order).await.ok()["orderCancellationRequest"]["orderCancellation"].clone();
        let accept = json!({ "input": { "orderCancellationId": again["id"], "decision": "ACCEPT", "idempotencyKey": key(&app) } });
        staff.run(RESPOND, accept).await;
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status paymentStatus fulfillments { status } cancellations { status }").await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("CANCELLED"), &json!("REFUNDED")));
        assert_eq!(shown["fulfillments"], json!([{ "status": "CANCELLED" }]));
        assert_eq!(stock(&app, &goods).await, (100, 0));
    }
}
