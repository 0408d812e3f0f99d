use api::payment::signature::sign;
use chrono::TimeDelta;
use poem::http::StatusCode;
use serde_json::{Value, json};
use tests::app::TEST_PAYMENT_SECRET;
use tests::checkout::read;
use tests::{Client, TestApp, both};

use super::webhook::{body, post, waiting};

const LIST: &str = "query($filter: PaymentMessageFilter) { paymentMessages(filter: $filter, first: 10) { totalCount
    nodes { id provider eventId processedAt failures error } } }";
const REPLAY: &str =
    "mutation($input: PaymentMessageReplayInput!) { paymentMessageReplay(input: $input) {
    paymentMessage { processedAt error } userErrors { code } } }";

async fn messages(clerk: &Client, filter: Value) -> Vec<Value> {
    let data = clerk.run(LIST, json!({ "filter": filter })).await;
    let nodes = data["paymentMessages"]["nodes"].as_array().unwrap().clone();
    assert_eq!(data["paymentMessages"]["totalCount"], json!(nodes.len()));
    nodes
}

async fn tell(app: &TestApp, delivery: &str, text: String) {
    let signed = sign(TEST_PAYMENT_SECRET, delivery, app.clock().now(), text);
    assert_eq!(post(app, "/webhooks/test", &signed).await, StatusCode::OK);
    app.run_outbox_until_idle().await;
}

both! {
    async fn a_message_read_again_counts_once(app: TestApp) {
        let (order, reference) = waiting(&app).await;
        let clerk = app.as_staff(&["PAYMENT_READ", "PAYMENT_WRITE", "ORDER_READ"]).await;
        tell(&app, "m1", body(&app, &reference, "e1", "CAPTURED", 1490, "EUR")).await;
        let told = messages(&clerk, json!({ "provider": "TEST", "processed": true })).await;
        assert_eq!((told.len(), &told[0]["eventId"], &told[0]["error"]), (1, &json!("m1"), &Value::Null));
        assert!(messages(&clerk, json!({ "provider": "STRIPE" })).await.is_empty());
        let fields = "status paymentStatus payments { capturedTotal { amount } events { kind } }";
        let before = read(&clerk, &order, fields).await;
        let input = json!({ "paymentMessageId": told[0]["id"] });
        let replayed = clerk.run(REPLAY, json!({ "input": input })).await["paymentMessageReplay"]["paymentMessage"].clone();
        assert_eq!(replayed, json!({ "processedAt": null, "error": null }));
        assert_eq!(messages(&clerk, json!({ "processed": false })).await.len(), 1);
        app.run_outbox_until_idle().await;
        assert!(messages(&clerk, json!({ "processed": false })).await.is_empty());
        assert_eq!(read(&clerk, &order, fields).await, before);
    }

    async fn what_could_not_be_read_is_read_once_its_cause_is_gone(app: TestApp) {
        let (order, reference) = waiting(&app).await;
        let clerk = app.as_staff(&["PAYMENT_READ", "PAYMENT_WRITE", "ORDER_READ"]).await;
        let rename = async |to: &str, from: &str| {
            use sea_orm::ConnectionTrait;
            let sql = format!("UPDATE payment SET provider_ref = '{to}' WHERE provider_ref = '{from}'");
            app.connection().execute_unprepared(&sql).await.unwrap();
        };
        rename("unknown", &reference).await;
        tell(&app, "m1", body(&app, &reference, "e1", "CAPTURED", 1490, "EUR")).await;
        let failed = messages(&clerk, json!({ "processed": false })).await;
        assert_eq!((&failed[0]["failures"], failed[0]["error"].is_string()), (&json!(1), true));
        rename(&reference, "unknown").await;
        let input = json!({ "paymentMessageId": failed[0]["id"] });
        clerk.run(REPLAY, json!({ "input": input })).await;
        app.run_outbox_until_idle().await;
        assert_eq!(read(&clerk, &order, "paymentStatus").await["paymentStatus"], "PAID");
        app.clock().advance(TimeDelta::hours(1));
        app.run_outbox_until_idle().await;
        assert!(messages(&clerk, json!({ "processed": false })).await.is_empty());
    }

    async fn a_message_that_is_none_is_refused(app: TestApp) {
        let clerk = app.as_staff(&["PAYMENT_READ", "PAYMENT_WRITE"]).await;
        let before = app.fingerprint().await;
        for (id, code) in [("payment_message_00000000000000000000000000", "NOT_FOUND"), ("order_1", "INVALID")] {
            let input = json!({ "paymentMessageId": id });
            clerk.send(REPLAY, json!({ "input": input })).await.expect_user_error(code);
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
