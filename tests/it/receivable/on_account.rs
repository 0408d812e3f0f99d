use futures_util::future::join_all;
use serde_json::{Value, json};
use tests::checkout::{key, placed, read, respond, started, try_pay};
use tests::{TestApp, both};

use super::{DEBT, Scene, debt, euro, set_terms, used};

const RECEIVE: &str = "mutation($input: OrderReceiveInput!) { orderReceive(input: $input) { order { status } userErrors { code } } }";
const START: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { id status amount { amount } capturedTotal { amount } } userErrors { code } } }";

both! {
    async fn an_order_on_account_is_sent_first_and_complete_once_it_is_paid(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = placed(&app, &scene.ada, &scene.shop, &scene.cups, 2).await;
        let input = json!({ "input": { "orderId": order.id, "paymentMethodId": scene.account, "returnUrl": "https://store.test/", "idempotencyKey": "once" } });
        let taken = scene.ada.run(START, input.clone()).await;
        let payment = &taken["paymentStart"]["payment"];
        assert_eq!((&payment["status"], &payment["amount"]["amount"], &payment["capturedTotal"]["amount"]), (&json!("SUCCEEDED"), &json!("24.90"), &json!("0.00")));
        assert_eq!(scene.ada.run(START, input).await, taken);
        assert_eq!(used(&scene.ada).await, ["50.00", "24.90", "25.10"]);
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("AWAITING_CONFIRMATION", "NONE", "24.90", "24.90"));
        respond(&app, &order, "CONFIRMED").await;
        let confirmed = read(&scene.ada, &order, "status termsDueOn availableActions timeline { kind message }").await;
        assert_eq!((&confirmed["status"], &confirmed["termsDueOn"]), (&json!("CONFIRMED"), &Value::Null));
        assert!(confirmed["availableActions"].as_array().unwrap().contains(&json!("PAYMENT_START")));
        assert!(confirmed["timeline"].as_array().unwrap().contains(&json!({ "kind": "PAYMENT_AUTHORIZED", "message": "EUR 24.90 stand on account." })));
        scene.send(&app, &order, 2).await.ok();
        let due_on = (app.clock().now() + chrono::TimeDelta::days(30)).date_naive();
        assert_eq!(read(&scene.ada, &order, "termsDueOn").await["termsDueOn"], due_on.to_string());
        let receive = json!({ "input": { "orderId": order.id, "idempotencyKey": key(&app) } });
        scene.ada.send(RECEIVE, receive.clone()).await.expect_user_error("INVALID_TRANSITION");
        let transfer = started(&app, &scene.ada, &order, &scene.shop.manual_payment, "").await;
        scene.transferred(&app, &transfer, "4.90").await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "PARTIALLY_PAID", "20.00", "20.00"));
        assert_eq!(used(&scene.ada).await, ["50.00", "20.00", "30.00"]);
        scene.transferred(&app, &transfer, "20.00").await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "PAID", "0.00", "0.00"));
        assert_eq!(used(&scene.ada).await, ["50.00", "0.00", "50.00"]);
        assert_eq!(scene.ada.run(RECEIVE, receive).await["orderReceive"]["order"]["status"], "COMPLETED");
    }

    async fn orders_at_once_never_exceed_the_limit(app: TestApp) {
        let scene = Scene::new(&app).await;
        let mut orders = Vec::new();
        for _order in 0..6 {
            orders.push(placed(&app, &scene.ada, &scene.shop, &scene.cups, 1).await);
        }
        let answers = join_all(orders.iter().map(|order| try_pay(&app, &scene.ada, order, &scene.account, ""))).await;
        let (taken, refused): (Vec<_>, Vec<_>) = orders.iter().zip(answers).partition(|(_, answer)| answer.data()["paymentStart"]["payment"].is_object());
        assert_eq!(taken.len(), 3, "three times 14.90 fit into 50.00");
        for (order, answer) in refused {
            answer.expect_user_error("CREDIT_LIMIT_EXCEEDED");
            assert_eq!(read(&scene.ada, order, DEBT).await, debt("PLACED", "NONE", "14.90", "0.00"));
        }
        assert_eq!(used(&scene.ada).await, ["50.00", "44.70", "5.30"]);
        respond(&app, taken[0].0, "REJECTED").await;
        assert_eq!(read(&scene.ada, taken[0].0, &format!("{DEBT} payments {{ status }}")).await,
            json!({ "status": "REJECTED", "paymentStatus": "VOIDED", "dueTotal": { "amount": "0.00" }, "onAccountTotal": { "amount": "0.00" },
                "payments": [{ "status": "CANCELLED" }] }));
        assert_eq!(used(&scene.ada).await, ["50.00", "29.80", "20.20"]);
        scene.taken(&app, 1).await;
        assert_eq!(used(&scene.ada).await, ["50.00", "44.70", "5.30"]);
    }

    async fn only_members_with_terms_buy_on_account(app: TestApp) {
        let scene = Scene::new(&app).await;
        let bob = app.as_member("bob@members.test").await;
        for client in [app.guest(), bob] {
            let order = placed(&app, &client, &scene.shop, &scene.cups, 1).await;
            let methods = read(&client, &order, "paymentMethods { id available reason }").await["paymentMethods"].clone();
            let account = methods.as_array().unwrap().iter().find(|method| method["id"] == json!(scene.account)).unwrap().clone();
            assert_eq!((&account["available"], &account["reason"]), (&json!(false), &json!("Buying on account has to be agreed with us first.")));
            let before = app.fingerprint().await;
            try_pay(&app, &client, &order, &scene.account, "").await.expect_user_error("METHOD_UNAVAILABLE");
            assert_eq!(app.fingerprint().await, before);
        }
        let order = placed(&app, &scene.ada, &scene.shop, &scene.cups, 1).await;
        let methods = read(&scene.ada, &order, "paymentMethods { id available }").await["paymentMethods"].clone();
        assert!(methods.as_array().unwrap().contains(&json!({ "id": scene.account, "available": true })));
        set_terms(&app, &scene.office, &scene.ada, Value::Null, 30).await.ok();
        try_pay(&app, &scene.ada, &order, &scene.account, "").await.expect_user_error("METHOD_UNAVAILABLE");
    }

    async fn an_earlier_attempt_lapses_and_its_money_goes_back(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = placed(&app, &scene.ada, &scene.shop, &scene.cups, 1).await;
        started(&app, &scene.ada, &order, &scene.shop.test_payment, "success").await;
        started(&app, &scene.ada, &order, &scene.account, "").await;
        tests::checkout::wait_for_provider(&app).await;
        tests::checkout::wait_for_provider(&app).await;
        assert_eq!(read(&scene.ada, &order, &format!("{DEBT} refundedTotal {{ amount }}")).await["refundedTotal"]["amount"], "14.90");
        assert_eq!(used(&scene.ada).await, ["50.00", "14.90", "35.10"]);
        let owed = read(&scene.ada, &order, "dueTotal { amount }").await["dueTotal"].clone();
        assert_eq!(owed, json!({ "amount": euro("14.90")["amount"] }));
    }
}
