use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop};
use tests::checkout::{
    Order, cart, key, paid, placed, read, started, stock, try_pay, try_place, wait_for_provider,
};
use tests::{Client, TestApp, both};

const MONEY: &str = "status paymentStatus paidTotal { amount } refundedTotal { amount } dueTotal { amount }
    payments { status error capturedTotal { amount } refundedTotal { amount } } refunds { status } timeline { kind }";

async fn after(app: &TestApp, guest: &Client, shop: &Shop, scenario: &str) -> (Order, Value) {
    let goods = product(&format!("Lamp {scenario}")).insert(app, shop).await;
    let order = placed(app, guest, shop, &goods, 1).await;
    started(app, guest, &order, &shop.test_payment, scenario).await;
    wait_for_provider(app).await;
    let shown = read(guest, &order, MONEY).await;
    (order, shown)
}

fn kinds(shown: &Value) -> Vec<&str> {
    shown["timeline"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| entry["kind"].as_str().unwrap())
        .collect()
}

both! {
    async fn a_payment_is_opened_with_a_page_and_then_succeeds(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let answer = try_pay(&app, &guest, &order, &shop.test_payment, "success").await.ok();
        let payment = &answer["paymentStart"]["payment"];
        assert_eq!(payment["status"], "ACTION_REQUIRED");
        assert!(payment["session"]["redirectUrl"].as_str().unwrap().starts_with("http://shop.test/test-payment/test_"));
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, MONEY).await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("AWAITING_CONFIRMATION"), &json!("PAID")));
        assert_eq!((&shown["paidTotal"]["amount"], &shown["dueTotal"]["amount"]), (&json!("14.90"), &json!("0.00")));
        assert_eq!(shown["payments"][0]["status"], "SUCCEEDED");
        try_pay(&app, &guest, &order, &shop.test_payment, "success").await.expect_user_error("NOTHING_DUE");
    }

    async fn a_declined_payment_can_be_tried_again(app: TestApp) {
        let shop = shop(&app).await;
        let guest = app.guest();
        let (order, shown) = after(&app, &guest, &shop, "decline").await;
        assert_eq!((&shown["status"], &shown["payments"][0]["status"]), (&json!("PLACED"), &json!("FAILED")));
        assert!(shown["payments"][0]["error"].as_str().unwrap().contains("declined"));
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "status").await["status"], "AWAITING_CONFIRMATION");
    }

    async fn a_message_that_comes_twice_counts_once(app: TestApp) {
        let shop = shop(&app).await;
        let (_order, shown) = after(&app, &app.guest(), &shop, "duplicate").await;
        assert_eq!((&shown["paymentStatus"], &shown["paidTotal"]["amount"]), (&json!("PAID"), &json!("14.90")));
        assert_eq!(kinds(&shown).iter().filter(|kind| **kind == "PAYMENT_CAPTURED").count(), 1);
    }

    async fn money_that_comes_twice_goes_back_once(app: TestApp) {
        let shop = shop(&app).await;
        let (_order, shown) = after(&app, &app.guest(), &shop, "twice").await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("AWAITING_CONFIRMATION"), &json!("PAID")));
        assert_eq!((&shown["paidTotal"]["amount"], &shown["refundedTotal"]["amount"]), (&json!("29.80"), &json!("14.90")));
        assert_eq!(shown["refunds"], json!([{ "status": "SUCCEEDED" }]));
        assert!(kinds(&shown).contains(&"PAYMENT_ORPHANED"));
    }

    async fn two_payments_of_one_order_settle_it_once(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, MONEY).await;
        assert_eq!((&shown["paymentStatus"], &shown["refundedTotal"]["amount"]), (&json!("PAID"), &json!("14.90")));
        assert_eq!(shown["payments"].as_array().unwrap().len(), 2);
    }

    async fn money_for_a_lapsed_order_goes_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        started(&app, &guest, &order, &shop.test_payment, "late").await;
        app.clock().advance(TimeDelta::seconds(30 * 60 + 10));
        app.run_timers().await;
        assert_eq!(read(&guest, &order, "status").await["status"], "EXPIRED");
        try_pay(&app, &guest, &order, &shop.test_payment, "success").await.expect_user_error("NOTHING_DUE");
        app.clock().advance(TimeDelta::minutes(2));
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, MONEY).await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("EXPIRED"), &json!("REFUNDED")));
        assert!(kinds(&shown).contains(&"PAYMENT_ORPHANED"));
        assert_eq!(stock(&app, &goods).await, (100, 0));
    }

    async fn promised_money_is_taken_or_dropped_by_staff(app: TestApp) {
        const CAPTURE: &str = "mutation($input: PaymentCaptureInput!) { paymentCapture(input: $input) {
            payment { status capturedTotal { amount } } userErrors { code } } }";
        const VOID: &str = "mutation($input: PaymentVoidInput!) { paymentVoid(input: $input) { payment { status } userErrors { code } } }";
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let staff = app.as_staff(&["PAYMENT_WRITE", "PAYMENT_READ", "ORDER_READ"]).await;
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let payment = started(&app, &guest, &order, &shop.test_payment, "authorize").await;
        wait_for_provider(&app).await;
        let promised = json!({ "status": "AWAITING_CONFIRMATION", "paymentStatus": "AUTHORIZED" });
        assert_eq!(read(&guest, &order, "status paymentStatus").await, promised);
        let actions = read(&staff, &order, "payments { availableActions providerRef events { kind } }").await["payments"][0].clone();
        assert_eq!(actions["availableActions"], json!(["PAYMENT_CAPTURE", "PAYMENT_VOID"]));
        assert_eq!(actions["events"], json!([{ "kind": "ACTION_REQUIRED" }, { "kind": "AUTHORIZED" }]));
        let part = json!({ "input": { "paymentId": payment, "idempotencyKey": key(&app), "amount": { "amount": "4.90", "currencyCode": "EUR" } } });
        staff.send(CAPTURE, part).await.expect_user_error("INVALID");
        let input = json!({ "input": { "paymentId": payment, "idempotencyKey": "capture-1" } });
        let taken = staff.run(CAPTURE, input.clone()).await;
        assert_eq!(taken["paymentCapture"]["payment"]["capturedTotal"]["amount"], "14.90");
        assert_eq!(staff.run(CAPTURE, input).await, taken);
        let taken = json!({ "status": "AWAITING_CONFIRMATION", "paymentStatus": "PAID" });
        assert_eq!(read(&guest, &order, "status paymentStatus").await, taken);
        let other = placed(&app, &guest, &shop, &goods, 1).await;
        let dropped = started(&app, &guest, &other, &shop.test_payment, "authorize").await;
        wait_for_provider(&app).await;
        staff.run(VOID, json!({ "input": { "paymentId": dropped, "reason": "odd", "idempotencyKey": key(&app) } })).await;
        app.run_outbox_until_idle().await;
        let ended = json!({ "status": "CANCELLED", "paymentStatus": "VOIDED" });
        assert_eq!(read(&guest, &other, "status paymentStatus").await, ended);
        let again = json!({ "input": { "paymentId": dropped, "idempotencyKey": key(&app) } });
        staff.send(VOID, again.clone()).await.expect_user_error("INVALID_TRANSITION");
        staff.send(CAPTURE, again).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn a_payment_is_refused_for_strangers_and_for_ways_that_do_not_exist(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let stranger = Order { token: None, ..order.clone() };
        try_pay(&app, &guest, &stranger, &shop.test_payment, "").await.expect_user_error("NOT_FOUND");
        let unknown = domain::id::PaymentMethodId::from(app.clock().new_id()).to_string();
        try_pay(&app, &guest, &order, &unknown, "").await.expect_user_error("METHOD_UNAVAILABLE");
        try_pay(&app, &guest, &order, &shop.shipping_method, "").await.expect_user_error("INVALID");
    }

    async fn nothing_is_paid_for_an_order_that_costs_nothing(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Gift").prices(&[0]).digital().insert(&app, &shop).await;
        let guest = app.guest();
        let document = "mutation($input: CartCreateInput!) { cartCreate(input: $input) { cart { id cost { total { amount currencyCode } } } userErrors { code } } }";
        let input = json!({ "lines": [{ "variantId": goods.variant(), "quantity": 1 }], "cart": { "email": "buyer@shop.test" } });
        let made = guest.run(document, json!({ "input": input })).await["cartCreate"]["cart"].clone();
        let mut free = cart(&guest, &shop, &goods, 1).await;
        free.id = made["id"].as_str().unwrap().to_owned();
        free.total = made["cost"]["total"].clone();
        let placed = try_place(&guest, &free, &key(&app)).await.ok()["orderPlace"].clone();
        assert_eq!(placed["order"]["status"], "AWAITING_CONFIRMATION");
    }

    async fn the_page_of_the_test_provider_plays_what_is_pressed(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        let answer = try_pay(&app, &guest, &order, &shop.test_payment, "wait").await.ok();
        let page = answer["paymentStart"]["payment"]["session"]["redirectUrl"].as_str().unwrap().replace("http://shop.test", "");
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "status").await["status"], "PLACED");
        let shown = guest.call(poem::Request::builder().uri_str(&page).finish()).await;
        assert_eq!(shown.status(), 200);
        assert!(shown.into_body().into_string().await.unwrap().contains("EUR 14.90"));
        let press = poem::Request::builder().method(poem::http::Method::POST).uri_str(&page).body("play=success");
        assert_eq!(guest.call(press).await.status(), 303);
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "status").await["status"], "AWAITING_CONFIRMATION");
        let unknown = poem::Request::builder().uri_str("/test-payment/test_nothing").finish();
        assert_eq!(guest.call(unknown).await.status(), 404);
    }

    async fn a_refund_of_a_cancelled_order_counts_its_points(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 1).await;
        let document = "mutation($input: OrderCancellationRequestInput!) { orderCancellationRequest(input: $input) {
            orderCancellation { status } userErrors { code } } }";
        guest.run(document, json!({ "input": { "orderId": order.id, "orderToken": order.token, "idempotencyKey": key(&app) } })).await;
        let shown = read(&guest, &order, "refunds { status breakdown { pointsRestored pointsClawedBack total { amount } } }").await;
        assert_eq!(shown["refunds"][0], json!({ "status": "PENDING",
            "breakdown": { "pointsRestored": 0, "pointsClawedBack": 0, "total": { "amount": "14.90" } } }));
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "refunds { status }").await["refunds"][0]["status"], "SUCCEEDED");
    }
}
