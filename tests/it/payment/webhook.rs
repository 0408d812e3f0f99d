use api::payment::signature::{
    ID_HEADER, OutgoingMessage, SIGNATURE_HEADER, TIMESTAMP_HEADER, sign,
};
use chrono::TimeDelta;
use poem::http::{Method, StatusCode};
use serde_json::json;
use tests::app::TEST_PAYMENT_SECRET;
use tests::arrange::{product, shop};
use tests::checkout::{placed, read, started};
use tests::{TestApp, both};

pub(super) async fn post(app: &TestApp, path: &str, message: &OutgoingMessage) -> StatusCode {
    let request = poem::Request::builder()
        .method(Method::POST)
        .uri_str(path)
        .header(ID_HEADER, &message.id)
        .header(TIMESTAMP_HEADER, &message.timestamp)
        .header(SIGNATURE_HEADER, &message.signature)
        .body(message.body.clone());
    app.guest().call(request).await.status()
}

pub(super) fn body(
    app: &TestApp,
    reference: &str,
    event: &str,
    kind: &str,
    minor: i64,
    currency: &str,
) -> String {
    json!({ "event_id": event, "provider_ref": reference, "kind": kind, "occurred_at": app.clock().now(),
        "amount": { "minor": minor, "currency": currency } }).to_string()
}

pub(super) async fn waiting(app: &TestApp) -> (tests::checkout::Order, String) {
    let shop = shop(app).await;
    let goods = product("Lamp").insert(app, &shop).await;
    let guest = app.guest();
    let order = placed(app, &guest, &shop, &goods, 1).await;
    started(app, &guest, &order, &shop.test_payment, "wait").await;
    let staff = app.as_staff(&["ORDER_READ", "PAYMENT_READ"]).await;
    let reference =
        read(&staff, &order, "payments { providerRef }").await["payments"][0]["providerRef"]
            .clone();
    (order, reference.as_str().unwrap().to_owned())
}

both! {
    async fn a_message_is_believed_only_with_a_fresh_signature(app: TestApp) {
        let (order, reference) = waiting(&app).await;
        let text = body(&app, &reference, "e1", "CAPTURED", 1490, "EUR");
        let now = app.clock().now();
        app.run_outbox_until_idle().await;
        let before = app.fingerprint().await;
        let forged = sign("somebody else's secret, also long enough", "m1", now, text.clone());
        assert_eq!(post(&app, "/webhooks/test", &forged).await, StatusCode::UNAUTHORIZED);
        let stale = sign(TEST_PAYMENT_SECRET, "m1", now - TimeDelta::minutes(6), text.clone());
        assert_eq!(post(&app, "/webhooks/test", &stale).await, StatusCode::UNAUTHORIZED);
        let good = sign(TEST_PAYMENT_SECRET, "m1", now, text);
        assert_eq!(post(&app, "/webhooks/nobody", &good).await, StatusCode::NOT_FOUND);
        assert_eq!(post(&app, "/webhooks/manual", &good).await, StatusCode::UNAUTHORIZED);
        let nonsense = sign(TEST_PAYMENT_SECRET, "m2", now, "{}".to_owned());
        assert_eq!(post(&app, "/webhooks/test", &nonsense).await, StatusCode::BAD_REQUEST);
        app.run_outbox_until_idle().await;
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(post(&app, "/webhooks/test", &good).await, StatusCode::OK);
        assert_eq!(post(&app, "/webhooks/test", &good).await, StatusCode::OK);
        app.run_outbox_until_idle().await;
        let staff = app.as_staff(&["ORDER_READ"]).await;
        assert_eq!(read(&staff, &order, "paidTotal { amount }").await["paidTotal"]["amount"], "14.90");
    }

    async fn the_amount_is_the_one_that_came_not_the_one_asked_for(app: TestApp) {
        let (order, reference) = waiting(&app).await;
        let now = app.clock().now();
        let staff = app.as_staff(&["ORDER_READ"]).await;
        let foreign = sign(TEST_PAYMENT_SECRET, "m1", now, body(&app, &reference, "e1", "CAPTURED", 1490, "USD"));
        post(&app, "/webhooks/test", &foreign).await;
        app.run_outbox_until_idle().await;
        let shown = read(&staff, &order, "status paidTotal { amount } timeline { kind }").await;
        assert_eq!((&shown["status"], &shown["paidTotal"]["amount"]), (&json!("PLACED"), &json!("0.00")));
        assert_eq!(shown["timeline"][0]["kind"], "PAYMENT_ORPHANED");
        let less = sign(TEST_PAYMENT_SECRET, "m2", now, body(&app, &reference, "e2", "CAPTURED", 490, "EUR"));
        post(&app, "/webhooks/test", &less).await;
        app.run_outbox_until_idle().await;
        let shown = read(&staff, &order, "status paymentStatus").await;
        assert_eq!(shown, json!({ "status": "PLACED", "paymentStatus": "PARTIALLY_PAID" }));
        let rest = sign(TEST_PAYMENT_SECRET, "m3", now, body(&app, &reference, "e3", "CAPTURED", 1000, "EUR"));
        post(&app, "/webhooks/test", &rest).await;
        app.run_outbox_until_idle().await;
        assert_eq!(read(&staff, &order, "status").await["status"], "AWAITING_CONFIRMATION");
    }

    async fn a_message_about_an_unknown_payment_is_kept_and_tried_again(app: TestApp) {
        let (_order, _reference) = waiting(&app).await;
        let text = body(&app, "test_unknown", "e1", "CAPTURED", 1490, "EUR");
        let message = sign(TEST_PAYMENT_SECRET, "m1", app.clock().now(), text);
        assert_eq!(post(&app, "/webhooks/test", &message).await, StatusCode::OK);
        app.run_outbox_until_idle().await;
        use sea_orm::EntityTrait;
        let kept = entity::webhook_inbox::Entity::find().one(app.connection()).await.unwrap().unwrap();
        assert_eq!((kept.processed_at, kept.attempts), (None, 1));
        assert!(kept.error.unwrap().contains("not found"));
    }
}
