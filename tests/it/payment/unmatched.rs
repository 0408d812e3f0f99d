use chrono::TimeDelta;
use futures_util::future::join_all;
use poem::http::StatusCode;
use serde_json::{Value, json};
use tests::app::TEST_PAYMENT_SECRET;
use tests::arrange::{product, shop};
use tests::checkout::{Order, key, paid, placed, read, wait_for_provider};
use tests::{Answer, Client, TestApp, both};

use super::webhook::{body, post};

const LIST: &str = "query($status: UnmatchedPaymentStatus) { unmatchedPayments(status: $status, first: 10) { nodes {
    id provider providerRef kind status note amount { amount currencyCode } order { id } actor { kind } } } }";
const MATCH: &str =
    "mutation($input: UnmatchedPaymentMatchInput!) { unmatchedPaymentMatch(input: $input) {
    unmatchedPayment { id status } userErrors { code } } }";
const CLOSE: &str =
    "mutation($input: UnmatchedPaymentCloseInput!) { unmatchedPaymentClose(input: $input) {
    unmatchedPayment { status note } userErrors { code } } }";
const IMPORT: &str = "mutation($input: SettlementImportInput!) { settlementImport(input: $input) {
    settlementImport { id matchedCount differentCount missingCount lines(first: 10) { nodes {
        position outcome kind amount { amount } fee { amount } bookedAmount { amount } } } } userErrors { code message } } }";

async fn clerk(app: &TestApp) -> Client {
    app.as_staff(&["PAYMENT_READ", "PAYMENT_WRITE", "ORDER_READ"])
        .await
}

/// The test provider tells of money of a payment that nobody opened.
pub(crate) async fn stray(app: &TestApp, reference: &str, event: &str) {
    let text = body(app, reference, event, "CAPTURED", 1490, "EUR");
    let delivery = format!("delivery of {event}");
    let signed =
        api::payment::signature::sign(TEST_PAYMENT_SECRET, &delivery, app.clock().now(), text);
    assert_eq!(post(app, "/webhooks/test", &signed).await, StatusCode::OK);
    app.run_outbox_until_idle().await;
    app.clock().advance(TimeDelta::minutes(11));
    app.run_outbox_until_idle().await;
}

pub(crate) async fn waiting(client: &Client, status: &str) -> Vec<Value> {
    let listed = client.run(LIST, json!({ "status": status })).await;
    let nodes = listed["unmatchedPayments"]["nodes"].as_array();
    nodes.unwrap().clone()
}

async fn matched(client: &Client, money: &Value, order: &Order, key: &str) -> Answer {
    let input = json!({ "unmatchedPaymentId": money, "orderId": order.id, "idempotencyKey": key });
    client.send(MATCH, json!({ "input": input })).await
}

async fn order_of(app: &TestApp) -> Order {
    let shop = shop(app).await;
    let goods = product("Lamp").insert(app, &shop).await;
    placed(app, &app.guest(), &shop, &goods, 1).await
}

fn office(order: &Order) -> Order {
    Order {
        token: None,
        ..order.clone()
    }
}

async fn import(client: &Client, csv: &str, key: &str) -> Answer {
    let input = json!({ "provider": "TEST", "csv": csv, "idempotencyKey": key });
    client.send(IMPORT, json!({ "input": input })).await
}

both! {
    async fn money_of_no_known_payment_waits_and_pays_the_order_it_is_matched_to(app: TestApp) {
        let order = order_of(&app).await;
        stray(&app, "test_lost", "e1").await;
        let clerk = clerk(&app).await;
        let found = waiting(&clerk, "OPEN").await;
        assert_eq!(found.len(), 1);
        let mut shown = found[0].clone();
        let id = shown.as_object_mut().unwrap().remove("id").unwrap();
        assert_eq!(shown, json!({ "provider": "test", "providerRef": "test_lost", "kind": "CAPTURED", "status": "OPEN", "note": null,
            "amount": { "amount": "14.90", "currencyCode": "EUR" }, "order": null, "actor": null }));
        let once = key(&app);
        let first = matched(&clerk, &id, &order, &once).await.ok();
        assert_eq!(first["unmatchedPaymentMatch"]["unmatchedPayment"]["status"], "MATCHED");
        assert_eq!(matched(&clerk, &id, &order, &once).await.ok(), first);
        matched(&clerk, &id, &order, &key(&app)).await.expect_user_error("INVALID_TRANSITION");
        stray(&app, "test_lost", "e1").await;
        let shown = read(&clerk, &office(&order), "status paymentStatus paidTotal { amount } refunds { id }").await;
        assert_eq!(shown, json!({ "status": "AWAITING_CONFIRMATION", "paymentStatus": "PAID", "paidTotal": { "amount": "14.90" }, "refunds": [] }));
        assert_eq!(waiting(&clerk, "OPEN").await, Vec::<Value>::new());
        assert_eq!(waiting(&clerk, "MATCHED").await[0]["order"]["id"], json!(order.id));
    }

    async fn money_of_an_order_long_gone_goes_back(app: TestApp) {
        let order = order_of(&app).await;
        app.clock().advance(TimeDelta::hours(1));
        app.run_timers().await;
        stray(&app, "test_lost", "e1").await;
        let clerk = clerk(&app).await;
        let money = waiting(&clerk, "OPEN").await[0]["id"].clone();
        matched(&clerk, &money, &order, &key(&app)).await.ok();
        wait_for_provider(&app).await;
        let shown = read(&clerk, &office(&order), "status paymentStatus refundedTotal { amount }").await;
        assert_eq!(shown, json!({ "status": "EXPIRED", "paymentStatus": "REFUNDED", "refundedTotal": { "amount": "14.90" } }));
    }

    async fn money_is_matched_once_however_many_try(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let first = placed(&app, &guest, &shop, &goods, 1).await;
        let second = placed(&app, &guest, &shop, &goods, 1).await;
        stray(&app, "test_lost", "e1").await;
        let clerk = clerk(&app).await;
        let money = waiting(&clerk, "OPEN").await[0]["id"].clone();
        let keys = [key(&app), key(&app)];
        let answers = join_all([matched(&clerk, &money, &first, &keys[0]), matched(&clerk, &money, &second, &keys[1])]).await;
        assert_eq!(answers.iter().filter(|answer| answer.user_errors().is_empty()).count(), 1);
        let mut paid = Vec::new();
        for order in [&first, &second] {
            paid.push(read(&clerk, &office(order), "paymentStatus").await["paymentStatus"].clone());
        }
        paid.sort_by_key(ToString::to_string);
        assert_eq!(paid, [json!("NONE"), json!("PAID")]);
    }

    async fn what_belongs_to_no_order_is_closed_with_a_reason(app: TestApp) {
        let order = order_of(&app).await;
        stray(&app, "test_lost", "e1").await;
        let clerk = clerk(&app).await;
        let money = waiting(&clerk, "OPEN").await[0]["id"].clone();
        let input = |reason: &str, key: String| json!({ "input": { "unmatchedPaymentId": money, "reason": reason, "idempotencyKey": key } });
        let before = app.fingerprint().await;
        clerk.send(CLOSE, input(" ", key(&app))).await.expect_user_error("INVALID");
        assert_eq!(app.fingerprint().await, before);
        let closed = clerk.run(CLOSE, input("of another shop", key(&app))).await;
        assert_eq!(closed["unmatchedPaymentClose"]["unmatchedPayment"], json!({ "status": "CLOSED", "note": "of another shop" }));
        clerk.send(CLOSE, input("again", key(&app))).await.expect_user_error("INVALID_TRANSITION");
        matched(&clerk, &money, &order, &key(&app)).await.expect_user_error("INVALID_TRANSITION");
    }

    async fn a_settlement_is_compared_with_the_books_line_by_line(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let order = paid(&app, &app.guest(), &shop, &goods, 1).await;
        let clerk = clerk(&app).await;
        let shown = read(&clerk, &office(&order), "payments { providerRef }").await;
        let reference = shown["payments"][0]["providerRef"].as_str().unwrap();
        let csv = format!("reference,kind,amount,currency,fee,settled_at\n{reference},CHARGE,14.90,EUR,0.52,2026-11-20\n\
            {reference},REFUND,1.00,EUR,0,2026-11-20\nelsewhere,CHARGE,5.00,EUR,0.20,2026-11-20T08:00:00Z\n");
        let once = key(&app);
        let first = import(&clerk, &csv, &once).await.ok();
        let found = &first["settlementImport"]["settlementImport"];
        assert_eq!((&found["matchedCount"], &found["differentCount"], &found["missingCount"]), (&json!(1), &json!(1), &json!(1)));
        let line = |position: i32, outcome: &str, kind: &str, amount: &str, fee: &str| json!({ "position": position, "outcome": outcome,
            "kind": kind, "amount": { "amount": amount }, "fee": { "amount": fee }, "bookedAmount": null });
        assert_eq!(found["lines"]["nodes"], json!([line(1, "MATCHED", "CHARGE", "14.90", "0.52"),
            line(2, "DIFFERENT", "REFUND", "1.00", "0.00"), line(3, "MISSING", "CHARGE", "5.00", "0.20")]));
        assert_eq!(import(&clerk, &csv, &once).await.ok(), first);
        let again = import(&clerk, &csv, &key(&app)).await.ok();
        assert_eq!(again["settlementImport"]["settlementImport"]["id"], found["id"]);
        let aside = waiting(&clerk, "OPEN").await;
        assert_eq!((aside.len(), &aside[0]["providerRef"], &aside[0]["amount"]["amount"]), (1, &json!("elsewhere"), &json!("5.00")));
        let less = csv.replace("CHARGE,14.90", "CHARGE,14.00");
        let less = import(&clerk, &less, &key(&app)).await.ok();
        assert_eq!(less["settlementImport"]["settlementImport"]["lines"]["nodes"][0]["bookedAmount"]["amount"], "14.90");
        let listed = "{ settlementImports(first: 5) { nodes { missingCount lines(first: 5, outcome: MISSING) { totalCount } } } }";
        let listed = clerk.run(listed, json!({})).await;
        let one = json!({ "missingCount": 1, "lines": { "totalCount": 1 } });
        assert_eq!(listed["settlementImports"]["nodes"], json!([one, one]));
        let line = "{ settlementImports(first: 1) { nodes { lines(first: 1) { nodes { id reference } } } } }";
        let line = clerk.run(line, json!({})).await["settlementImports"]["nodes"][0]["lines"]["nodes"][0].clone();
        let node = "query($id: ID!) { node(id: $id) { ... on SettlementLine { id reference } } }";
        let found = |client: Client| { let id = json!({ "id": line["id"] }); async move { client.run(node, id).await["node"].clone() } };
        assert_eq!((found(clerk.clone()).await, found(app.guest()).await), (line.clone(), Value::Null));
    }

    async fn what_a_settlement_lacks_is_told_until_a_list_has_it(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let clerk = clerk(&app).await;
        let start = app.clock().now();
        let mut references = Vec::new();
        for _order in 0..3 {
            let order = paid(&app, &app.guest(), &shop, &goods, 1).await;
            let shown = read(&clerk, &office(&order), "payments { providerRef }").await;
            references.push(shown["payments"][0]["providerRef"].as_str().unwrap().to_owned());
        }
        let end = app.clock().now();
        let head = "reference,kind,amount,currency,fee,settled_at\n";
        let line = |at: usize, minute: chrono::DateTime<chrono::Utc>| format!("{},CHARGE,14.90,EUR,0,{}\n", references[at], minute.to_rfc3339());
        let told = "{ settlementImports(first: 1) { nodes { matchedCount unsettledCount
            lines(first: 5, outcome: UNSETTLED) { nodes { position reference kind amount { amount } bookedAmount { amount } } } } } }";
        let told = async || clerk.run(told, json!({})).await["settlementImports"]["nodes"][0].clone();
        import(&clerk, &format!("{head}{}{}", line(1, start), line(1, end)), &key(&app)).await.ok();
        let lacking = |position: i32, at: usize| json!({ "position": position, "reference": references[at], "kind": "CHARGE",
            "amount": { "amount": "14.90" }, "bookedAmount": { "amount": "14.90" } });
        assert_eq!(told().await, json!({ "matchedCount": 1, "unsettledCount": 2, "lines": { "nodes": [lacking(3, 0), lacking(4, 2)] } }));
        import(&clerk, &format!("{head}{}elsewhere,CHARGE,1.00,EUR,0,{}\n", line(2, start), end.to_rfc3339()), &key(&app)).await.ok();
        assert_eq!(told().await, json!({ "matchedCount": 1, "unsettledCount": 1, "lines": { "nodes": [lacking(3, 0)] } }));
        let later = end + TimeDelta::minutes(1);
        import(&clerk, &format!("{head}{}", line(0, later)), &key(&app)).await.ok();
        assert_eq!(told().await, json!({ "matchedCount": 1, "unsettledCount": 0, "lines": { "nodes": [] } }));
    }

    async fn a_settlement_that_cannot_be_read_changes_nothing(app: TestApp) {
        shop(&app).await;
        let clerk = clerk(&app).await;
        let before = app.fingerprint().await;
        for csv in ["", "reference,kind\na,CHARGE", "reference,kind,amount,currency,fee,settled_at\na,CHARGE,-1,EUR,0,2026-11-20"] {
            import(&clerk, csv, &key(&app)).await.expect_user_error("INVALID");
        }
        assert_eq!(app.fingerprint().await, before);
    }
}
