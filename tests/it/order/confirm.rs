use serde_json::json;
use tests::arrange::{change_channel, product, shop};
use tests::checkout::{key, paid, placed, read, respond, started, stock, wait_for_provider};
use tests::{TestApp, both};

const REQUESTS: &str = "query { orderConfirmationRequests { nodes { id status attempts order { id status } lines { quantity line { sku } } } } }";
const RESPOND: &str = "mutation($input: OrderConfirmationRespondInput!) { orderConfirmationRespond(input: $input) {
    orderConfirmationRequest { status actor { kind } order { status } } userErrors { code field } } }";

both! {
    async fn a_buyer_is_told_confirmed_only_after_the_back_office_said_so(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 2).await;
        let shown = read(&guest, &order, "status paymentStatus confirmedAt timeline { kind }").await;
        assert_eq!((&shown["status"], &shown["paymentStatus"]), (&json!("AWAITING_CONFIRMATION"), &json!("PAID")));
        assert_eq!(shown["timeline"], json!([
            { "kind": "ORDER_CONFIRMATION_REQUESTED" }, { "kind": "PAYMENT_CAPTURED" }, { "kind": "ORDER_PLACED" },
        ]));
        let erp = app.as_staff(&["ORDER_CONFIRM"]).await;
        let asked = erp.run(REQUESTS, json!({})).await["orderConfirmationRequests"]["nodes"].clone();
        assert_eq!(asked[0]["status"], "PENDING");
        assert_eq!(asked[0]["lines"], json!([{ "quantity": 2, "line": { "sku": goods.skus[0] } }]));
        respond(&app, &order, "CONFIRMED").await;
        let shown = read(&guest, &order, "status confirmedAt").await;
        assert_eq!(shown["status"], "CONFIRMED");
        assert!(shown["confirmedAt"].is_string());
        app.run_outbox_until_idle().await;
        assert!(app.mailbox().last_to("buyer@shop.test").text.contains("confirmed"));
    }

    async fn a_refusal_of_the_back_office_gives_stock_and_money_back(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = paid(&app, &guest, &shop, &goods, 2).await;
        respond(&app, &order, "REJECTED").await;
        assert_eq!(read(&guest, &order, "status").await["status"], "REJECTED");
        assert_eq!(stock(&app, &goods).await, (100, 0));
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "paymentStatus refundedTotal { amount } refunds { status reason breakdown { total { amount } } }
            lines { cancelledQuantity }").await;
        assert_eq!(shown["paymentStatus"], "REFUNDED");
        assert_eq!(shown["refunds"][0]["status"], "SUCCEEDED");
        assert_eq!(shown["refunds"][0]["breakdown"]["total"]["amount"], "24.90");
        assert_eq!(shown["lines"][0]["cancelledQuantity"], 2);
    }

    async fn an_answer_is_refused_without_reason_twice_or_too_late(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let order = paid(&app, &app.guest(), &shop, &goods, 1).await;
        let erp = app.as_staff(&["ORDER_CONFIRM"]).await;
        let asked = erp.run(REQUESTS, json!({})).await["orderConfirmationRequests"]["nodes"][0]["id"].clone();
        let answer = |outcome: &str, reason: Option<&str>, key: &str| {
            json!({ "input": { "orderConfirmationRequestId": asked, "outcome": outcome, "reason": reason, "idempotencyKey": key } })
        };
        erp.send(RESPOND, answer("REJECTED", None, "a")).await.expect_user_error("INVALID");
        erp.send(RESPOND, answer("CONFIRMED", Some(" "), "b")).await.expect_user_error("INVALID");
        let first = erp.run(RESPOND, answer("CONFIRMED", Some("seen"), "c")).await;
        assert_eq!(erp.run(RESPOND, answer("CONFIRMED", Some("seen"), "c")).await, first);
        erp.send(RESPOND, answer("CONFIRMED", Some("other"), "c")).await.expect_user_error("IDEMPOTENCY_KEY_REUSED");
        erp.send(RESPOND, answer("REJECTED", Some("no"), "d")).await.expect_user_error("INVALID_TRANSITION");
        let unknown = json!({ "input": { "orderConfirmationRequestId": order.id, "outcome": "CONFIRMED", "reason": "x", "idempotencyKey": key(&app) } });
        erp.send(RESPOND, unknown).await.expect_user_error("INVALID");
    }

    async fn without_the_policy_a_paid_order_is_confirmed_at_once(app: TestApp) {
        let shop = shop(&app).await;
        change_channel(&app, |channel| {
            channel.confirmation_policy = sea_orm::ActiveValue::Set(domain::order::ConfirmationPolicy::None.into());
        }).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        started(&app, &guest, &order, &shop.test_payment, "success").await;
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "status").await["status"], "CONFIRMED");
    }
}
