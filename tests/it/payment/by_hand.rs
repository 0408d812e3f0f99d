use serde_json::{Value, json};
use tests::arrange::{product, shop};
use tests::checkout::{key, placed, read, started};
use tests::{TestApp, both};

const CAPTURE: &str = "mutation($input: PaymentCaptureInput!) { paymentCapture(input: $input) {
    payment { id status capturedTotal { amount } order { status paymentStatus } } userErrors { code field } } }";
const CANCEL: &str = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
const SETTLE: &str = "mutation($input: RefundSettleInput!) { refundSettle(input: $input) { refund { id status settledAt } userErrors { code } } }";

fn amount(app: &TestApp, payment: &str, amount: &str, currency: &str) -> Value {
    json!({ "input": { "paymentId": payment, "idempotencyKey": key(app),
        "amount": { "amount": amount, "currencyCode": currency } } })
}

both! {
    async fn an_order_waits_until_staff_see_the_whole_transfer(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let payment = started(&app, &guest, &order, &shop.manual_payment, "").await;
        let staff = app.as_staff(&["PAYMENT_WRITE", "ORDER_READ"]).await;
        staff.send(CAPTURE, amount(&app, &payment, "15.00", "EUR")).await.expect_user_error("AMOUNT_TOO_HIGH");
        staff.send(CAPTURE, amount(&app, &payment, "0.00", "EUR")).await.expect_user_error("INVALID");
        staff.send(CAPTURE, amount(&app, &payment, "1.00", "USD")).await.expect_user_error("INVALID");
        let part = staff.run(CAPTURE, amount(&app, &payment, "4.90", "EUR")).await["paymentCapture"]["payment"].clone();
        assert_eq!(part["order"], json!({ "status": "PLACED", "paymentStatus": "PARTIALLY_PAID" }));
        let shown = read(&guest, &order, "dueTotal { amount } availableActions").await;
        assert_eq!(shown, json!({ "dueTotal": { "amount": "10.00" }, "availableActions": ["ORDER_CANCELLATION_REQUEST"] }));
        let rest = json!({ "input": { "paymentId": payment, "idempotencyKey": "rest" } });
        let whole = staff.run(CAPTURE, rest.clone()).await;
        assert_eq!(whole["paymentCapture"]["payment"]["capturedTotal"]["amount"], "14.90");
        assert_eq!(whole["paymentCapture"]["payment"]["order"]["status"], "AWAITING_CONFIRMATION");
        assert_eq!(staff.run(CAPTURE, rest).await, whole);
        let reused = json!({ "input": { "paymentId": payment, "idempotencyKey": "rest", "amount": { "amount": "1.00", "currencyCode": "EUR" } } });
        staff.send(CAPTURE, reused).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
    }

    async fn money_that_goes_back_by_hand_is_settled_by_hand(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let payment = started(&app, &guest, &order, &shop.manual_payment, "").await;
        let staff = app.as_staff(&["PAYMENT_WRITE", "ORDER_WRITE", "REFUND_WRITE", "ORDER_READ"]).await;
        staff.run(CAPTURE, json!({ "input": { "paymentId": payment, "idempotencyKey": key(&app) } })).await;
        let cancel = json!({ "orderId": order.id, "reason": "INVENTORY", "restock": true, "refund": true, "notify": true, "idempotencyKey": key(&app) });
        staff.run(CANCEL, json!({ "input": cancel })).await;
        app.run_outbox_until_idle().await;
        let refund = read(&guest, &order, "refunds { id status }").await["refunds"][0].clone();
        assert_eq!(refund["status"], "PENDING");
        let settled = staff.run(SETTLE, json!({ "input": { "refundId": refund["id"], "idempotencyKey": key(&app) } })).await;
        assert_eq!(settled["refundSettle"]["refund"]["status"], "SUCCEEDED");
        assert_eq!(read(&guest, &order, "paymentStatus").await["paymentStatus"], "REFUNDED");
        let again = json!({ "input": { "refundId": refund["id"], "idempotencyKey": key(&app) } });
        staff.send(SETTLE, again).await.expect_user_error("INVALID_TRANSITION");
    }
}
