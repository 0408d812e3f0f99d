use api::payment::signature::{ID_HEADER, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign};
use domain::id::{RefundId, TypedId as _};
use entity::{outbox_message, refund_transfer};
use futures_util::future::join_all;
use poem::http::Method;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::{Value, json};
use tests::app::TEST_PAYMENT_SECRET;
use tests::arrange::{product, shop};
use tests::checkout::{Order, key, paid, placed, read, started, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

use crate::promotion::running;

const BREAKDOWN: &str =
    "total { amount } subtotal { amount } pointsRestored pointsClawedBack couponCodes
    adjustments { kind label amount { amount } included lineId }";

pub(super) async fn try_refund(client: &Client, input: Value) -> Answer {
    let document = format!(
        "mutation($input: RefundCreateInput!) {{ refundCreate(input: $input) {{
            refund {{ id status reason lines {{ line {{ id }} quantity }} actor {{ kind }} breakdown {{ {BREAKDOWN} }} }}
            userErrors {{ code field message }} }} }}"
    );
    client.send(&document, json!({ "input": input })).await
}

/// Gives something back, after a preview that said the same.
pub(crate) async fn refunded(app: &TestApp, staff: &Client, order: &Order, wish: Value) -> Value {
    let mut input = wish;
    input["orderId"] = json!(order.id);
    let document = format!(
        "query($input: RefundPreviewInput!) {{ refundPreview(input: $input) {{ {BREAKDOWN} }} }}"
    );
    let preview = staff.run(&document, json!({ "input": input })).await["refundPreview"].clone();
    input["reason"] = json!("The lid is broken");
    input["idempotencyKey"] = json!(key(app));
    let first = try_refund(staff, input.clone()).await.ok();
    assert_eq!(
        try_refund(staff, input).await.ok(),
        first,
        "the same key gives the same refund"
    );
    let refund = first["refundCreate"]["refund"].clone();
    assert_eq!(refund["breakdown"], preview);
    refund
}

pub(crate) async fn line(client: &Client, order: &Order) -> Value {
    read(client, order, "lines { id }").await["lines"][0]["id"].clone()
}

fn eur(amount: &str) -> Value {
    json!({ "amount": amount, "currencyCode": "EUR" })
}

/// Takes the refunds that are to be sent out of the outbox: the provider never hears of them.
pub(crate) async fn keep_from_provider(app: &TestApp) {
    outbox_message::Entity::delete_many()
        .filter(outbox_message::Column::Kind.eq("refund_send"))
        .exec(app.connection())
        .await
        .unwrap();
}

/// The provider says that the money of a refund could not be given back.
pub(crate) async fn fail(app: &TestApp, order: &Order, refund: &Value) {
    let id = RefundId::parse(refund["id"].as_str().unwrap()).unwrap();
    let transfer = refund_transfer::Entity::find()
        .filter(refund_transfer::Column::RefundId.eq(id.uuid()))
        .one(app.connection())
        .await
        .unwrap()
        .unwrap();
    let staff = app.as_staff(&["ORDER_READ", "PAYMENT_READ"]).await;
    let payments = read(&staff, order, "payments { providerRef }").await;
    let body = json!({ "event_id": format!("failed-{}", transfer.id), "provider_ref": payments["payments"][0]["providerRef"],
        "kind": "REFUND_FAILED", "occurred_at": app.clock().now(), "refund_id": transfer.id,
        "amount": { "minor": transfer.amount_minor, "currency": "EUR" } });
    let message = sign(
        TEST_PAYMENT_SECRET,
        &key(app),
        app.clock().now(),
        body.to_string(),
    );
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri_str("/webhooks/test")
        .header(ID_HEADER, &message.id)
        .header(TIMESTAMP_HEADER, &message.timestamp)
        .header(SIGNATURE_HEADER, &message.signature)
        .body(message.body.clone());
    assert_eq!(app.guest().call(request).await.status(), 200);
    app.run_outbox_until_idle().await;
}

both! {
    async fn units_go_back_with_their_share_and_the_last_one_takes_the_rest(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").prices(&[333]).insert(&app, &shop).await;
        let owner = app.as_owner().await;
        running(&owner, json!({})).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 3).await;
        let line = line(&guest, &order).await;
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let one = json!({ "lines": [{ "lineId": line, "quantity": 1 }] });
        let first = refunded(&app, &staff, &order, one.clone()).await;
        assert_eq!((&first["status"], &first["reason"], &first["actor"]["kind"]), (&json!("PENDING"), &json!("The lid is broken"), &json!("STAFF")));
        assert_eq!(first["lines"], json!([{ "line": { "id": line }, "quantity": 1 }]));
        assert_eq!(first["breakdown"], json!({
            "total": { "amount": "2.99" }, "subtotal": { "amount": "3.33" }, "pointsRestored": 0, "pointsClawedBack": 0, "couponCodes": [],
            "adjustments": [{ "kind": "PROMOTION", "label": "Sale", "amount": { "amount": "-0.34" }, "included": false, "lineId": line }],
        }));
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "paymentStatus refundedTotal { amount } dueTotal { amount } refunds { status settledAt }").await;
        assert_eq!((&shown["paymentStatus"], &shown["refundedTotal"]["amount"], &shown["dueTotal"]["amount"]),
            (&json!("PARTIALLY_REFUNDED"), &json!("2.99"), &json!("0.00")));
        assert_eq!(shown["refunds"][0]["status"], "SUCCEEDED");
        assert!(shown["refunds"][0]["settledAt"].is_string());
        let second = refunded(&app, &staff, &order, one.clone()).await;
        assert_eq!(second["breakdown"]["total"]["amount"], "3.00");
        let wish = json!({ "lines": [{ "lineId": line, "quantity": 1 }], "shipping": eur("4.00"), "extra": eur("0.90") });
        let last = refunded(&app, &staff, &order, wish).await;
        assert_eq!(last["breakdown"]["total"]["amount"], "7.90");
        let steps = last["breakdown"]["adjustments"].as_array().unwrap();
        let labels: Vec<_> = steps.iter().map(|step| (step["label"].as_str().unwrap(), step["amount"]["amount"].as_str().unwrap())).collect();
        assert_eq!(labels[0], ("Sale", "-0.33"));
        assert_eq!((labels[1].1, labels[2]), ("4.00", ("Goodwill", "0.90")));
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "paymentStatus").await["paymentStatus"], "REFUNDED");
        let mut more = one;
        more["orderId"] = json!(order.id);
        more["reason"] = json!("once more");
        more["idempotencyKey"] = json!(key(&app));
        let refused = try_refund(&staff, more).await.expect_user_error("AMOUNT_TOO_HIGH");
        assert_eq!(refused["field"], json!(["input", "lines", "0", "quantity"]));
    }

    async fn what_cannot_be_given_back_is_refused_and_leaves_no_trace(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let waiting = placed(&app, &guest, &shop, &goods, 1).await;
        let order = paid(&app, &guest, &shop, &goods, 2).await;
        let (line, other) = (line(&guest, &order).await, line(&guest, &waiting).await);
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let before = app.fingerprint().await;
        let cases = [
            (json!({}), "INVALID", json!(["input"])),
            (json!({ "lines": [{ "lineId": line, "quantity": 0 }] }), "INVALID", json!(["input", "lines", "0", "quantity"])),
            (json!({ "lines": [{ "lineId": line, "quantity": 1 }, { "lineId": line, "quantity": 1 }] }), "INVALID", json!(["input", "lines", "1", "lineId"])),
            (json!({ "lines": [{ "lineId": other, "quantity": 1 }] }), "INVALID", json!(["input", "lines", "0", "lineId"])),
            (json!({ "lines": [{ "lineId": line, "quantity": 3 }] }), "AMOUNT_TOO_HIGH", json!(["input", "lines", "0", "quantity"])),
            (json!({ "shipping": eur("4.91") }), "AMOUNT_TOO_HIGH", json!(["input", "shipping"])),
            (json!({ "shipping": eur("-1.00") }), "INVALID", json!(["input", "shipping", "amount"])),
            (json!({ "shipping": { "amount": "1.00", "currencyCode": "USD" } }), "INVALID", json!(["input", "shipping", "currencyCode"])),
            (json!({ "lines": [{ "lineId": line, "quantity": 1 }], "extra": eur("14.91") }), "AMOUNT_TOO_HIGH", json!(["input", "extra"])),
            (json!({ "extra": eur("1.00"), "reason": " " }), "INVALID", json!(["input", "reason"])),
            (json!({ "extra": eur("1.00"), "orderId": waiting.id }), "INVALID_TRANSITION", Value::Null),
        ];
        for (wish, code, field) in cases {
            let mut input = json!({ "orderId": order.id, "reason": "sorry", "idempotencyKey": key(&app) });
            input.as_object_mut().unwrap().extend(wish.as_object().unwrap().clone());
            let error = try_refund(&staff, input).await.expect_user_error(code);
            if !wish.as_object().unwrap().is_empty() {
                assert_eq!(error["field"], field, "{wish}");
            }
        }
        assert_eq!(app.fingerprint().await, before);
    }

    async fn refunds_at_once_never_give_back_more_than_came(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 3).await;
        let line = line(&guest, &order).await;
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let keys: Vec<String> = (0..8).map(|_| key(&app)).collect();
        let tries = keys.iter().map(|key| {
            let input = json!({ "orderId": order.id, "lines": [{ "lineId": line, "quantity": 1 }], "extra": eur("1.00"),
                "reason": "at once", "idempotencyKey": key });
            try_refund(&staff, input)
        });
        let answers = join_all(tries).await;
        let given = answers.iter().filter(|answer| answer.user_codes().is_empty()).count();
        assert_eq!(given, 3);
        for refused in answers.iter().filter(|answer| !answer.user_codes().is_empty()) {
            refused.expect_user_error("AMOUNT_TOO_HIGH");
        }
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "refundedTotal { amount }").await["refundedTotal"]["amount"], "33.00");
    }

    async fn money_kept_when_an_order_was_called_off_can_go_back_later(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 2).await;
        let line = line(&guest, &order).await;
        let owner = app.as_owner().await;
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { refund { id } } userErrors { code } } }";
        let input = |order: &Order, refund: bool| json!({ "input": { "orderId": order.id, "reason": "STAFF", "restock": true, "refund": refund,
            "notify": false, "idempotencyKey": key(&app) } });
        let kept = owner.run(cancel, input(&order, false)).await;
        assert_eq!(kept["orderCancel"]["orderCancellation"]["refund"], Value::Null);
        let shown = read(&owner, &order, "paymentStatus availableActions").await;
        assert_eq!(shown, json!({ "paymentStatus": "PAID", "availableActions": ["REFUND_CREATE"] }));
        let wish = json!({ "lines": [{ "lineId": line, "quantity": 2 }], "shipping": eur("4.90") });
        refunded(&app, &owner, &order, wish).await;
        wait_for_provider(&app).await;
        let shown = read(&owner, &order, "paymentStatus availableActions").await;
        assert_eq!(shown, json!({ "paymentStatus": "REFUNDED", "availableActions": [] }));

        let other = paid(&app, &guest, &shop, &goods, 1).await;
        let whole = owner.run(cancel, input(&other, true)).await["orderCancel"]["orderCancellation"]["refund"].clone();
        let cancellations = read(&guest, &other, "cancellations { refund { id status lines { quantity } breakdown { total { amount } subtotal { amount } } } }").await;
        assert_eq!(cancellations["cancellations"], json!([{ "refund": { "id": whole["id"], "status": "PENDING", "lines": [{ "quantity": 1 }],
            "breakdown": { "total": { "amount": "14.90" }, "subtotal": { "amount": "10.00" } } } }]));
        wait_for_provider(&app).await;
    }

    async fn what_a_provider_fails_to_give_back_is_free_again(app: TestApp) {
        const SETTLE: &str = "mutation($input: RefundSettleInput!) { refundSettle(input: $input) { refund { status } userErrors { code } } }";
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 1).await;
        let line = line(&guest, &order).await;
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let wish = json!({ "lines": [{ "lineId": line, "quantity": 1 }] });
        let first = refunded(&app, &staff, &order, wish.clone()).await;
        keep_from_provider(&app).await;
        let settle = |refund: &Value| json!({ "input": { "refundId": refund["id"], "idempotencyKey": key(&app) } });
        staff.send(SETTLE, settle(&first)).await.expect_user_error("INVALID_TRANSITION");
        fail(&app, &order, &first).await;
        assert_eq!(read(&guest, &order, "refunds { status }").await["refunds"], json!([{ "status": "FAILED" }]));
        let second = refunded(&app, &staff, &order, wish).await;
        assert_eq!(second["breakdown"]["total"]["amount"], "10.00");
        keep_from_provider(&app).await;
        staff.send(SETTLE, settle(&first)).await.expect_user_error("INVALID_TRANSITION");
        fail(&app, &order, &second).await;
        staff.run(SETTLE, settle(&second)).await;
        let shown = read(&guest, &order, "refunds { status } refundedTotal { amount }").await;
        assert_eq!(shown, json!({ "refunds": [{ "status": "FAILED" }, { "status": "SUCCEEDED" }], "refundedTotal": { "amount": "10.00" } }));
    }

    async fn many_refunds_take_no_more_statements_than_one(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Cup").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 4).await;
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        let line = line(&guest, &order).await;
        let staff = app.as_staff(&["REFUND_WRITE"]).await;
        let wish = json!({ "lines": [{ "lineId": line, "quantity": 1 }] });
        let shown = "refunds { lines { line { sku } quantity } breakdown { subtotal { amount } adjustments { label } } }";
        refunded(&app, &staff, &order, wish.clone()).await;
        let (_, one) = app.count_statements(read(&guest, &order, shown)).await;
        refunded(&app, &staff, &order, wish.clone()).await;
        refunded(&app, &staff, &order, wish).await;
        let (many, few) = app.count_statements(read(&guest, &order, shown)).await;
        assert_eq!((many["refunds"].as_array().unwrap().len(), few), (3, one));
    }
}
