use chrono::TimeDelta;
use serde_json::json;
use tests::arrange::product;
use tests::checkout::{key, read, respond, started};
use tests::{TestApp, both};

use super::{DEBT, Scene, debt, used};
use crate::order::change::changed;
use crate::payment::unmatched::{stray, waiting};

both! {
    async fn what_comes_back_lowers_the_debt_before_money_moves(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = scene.confirmed(&app, 3).await;
        let transfer = started(&app, &scene.ada, &order, &scene.shop.manual_payment, "").await;
        scene.transferred(&app, &transfer, "25.00").await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "PARTIALLY_PAID", "9.90", "9.90"));
        let line = read(&scene.office, &order, "lines { id }").await["lines"][0]["id"].clone();
        let refund = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { breakdown { total { amount } } } userErrors { code } } }";
        let give = async |units: u32| {
            let input = json!({ "orderId": order.id, "lines": [{ "lineId": line, "quantity": units }], "reason": "chipped", "idempotencyKey": key(&app) });
            scene.office.run(refund, json!({ "input": input })).await["refundCreate"]["refund"]["breakdown"]["total"]["amount"].clone()
        };
        assert_eq!(give(1).await, "0.10");
        assert_eq!(read(&scene.ada, &order, "dueTotal { amount }").await["dueTotal"]["amount"], "0.00");
        assert_eq!(give(1).await, "10.00");
        assert_eq!(used(&scene.ada).await, ["50.00", "0.00", "50.00"]);
    }

    async fn what_is_taken_off_while_it_is_checked_does_not_hold_an_order_up(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = scene.taken(&app, 3).await;
        let line = read(&scene.office, &order, "lines { id }").await["lines"][0]["id"].clone();
        let refund = "mutation($input: RefundCreateInput!) { refundCreate(input: $input) { refund { breakdown { total { amount } } } userErrors { code } } }";
        let input = json!({ "orderId": order.id, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "agreed by phone", "idempotencyKey": key(&app) });
        assert_eq!(scene.office.run(refund, json!({ "input": input })).await["refundCreate"]["refund"]["breakdown"]["total"]["amount"], "0.00");
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("AWAITING_CONFIRMATION", "NONE", "24.90", "24.90"));
        respond(&app, &order, "CONFIRMED").await;
        app.run_outbox_until_idle().await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "NONE", "24.90", "24.90"));
    }

    async fn an_unpaid_order_that_is_cancelled_owes_nothing_and_gets_nothing(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = scene.confirmed(&app, 3).await;
        let cancel = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { orderCancellation { id } userErrors { code } } }";
        let line = read(&scene.office, &order, "lines { id }").await["lines"][0]["id"].clone();
        let input = |lines: serde_json::Value| json!({ "input": { "orderId": order.id, "reason": "STAFF", "restock": true, "refund": true, "notify": false,
            "lines": lines, "idempotencyKey": key(&app) } });
        scene.office.run(cancel, input(json!([{ "lineId": line, "quantity": 1 }]))).await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "NONE", "24.90", "24.90"));
        scene.office.run(cancel, input(serde_json::Value::Null)).await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CANCELLED", "VOIDED", "0.00", "0.00"));
        assert_eq!(used(&scene.ada).await, ["50.00", "0.00", "50.00"]);
    }

    async fn what_a_change_adds_is_paid_before_goods_leave(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = scene.confirmed(&app, 2).await;
        let lids = product("Lid").prices(&[1500]).insert(&app, &scene.shop).await;
        let add = json!([{ "lineAdd": { "variantId": lids.variant(), "quantity": 1 } }]);
        changed(&app, &scene.office, &order, add).await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "NONE", "39.90", "24.90"));
        scene.send(&app, &order, 1).await.expect_user_error("UNPAID");
        let transfer = started(&app, &scene.ada, &order, &scene.shop.manual_payment, "").await;
        scene.transferred(&app, &transfer, "15.00").await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "PARTIALLY_PAID", "24.90", "24.90"));
        scene.send(&app, &order, 1).await.ok();
        let first = read(&scene.ada, &order, "termsDueOn").await;
        app.clock().advance(TimeDelta::days(2));
        scene.transferred(&app, &transfer, "24.90").await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "PAID", "0.00", "0.00"));
        assert_eq!(read(&scene.ada, &order, "termsDueOn").await, first);
    }

    async fn money_of_no_known_payment_pays_an_order_on_account(app: TestApp) {
        let scene = Scene::new(&app).await;
        let order = scene.confirmed(&app, 2).await;
        stray(&app, "test_lost", "e1").await;
        let money = waiting(&scene.office, "OPEN").await[0]["id"].clone();
        let document = "mutation($input: UnmatchedPaymentMatchInput!) { unmatchedPaymentMatch(input: $input) { unmatchedPayment { status } userErrors { code } } }";
        let input = json!({ "unmatchedPaymentId": money, "orderId": order.id, "idempotencyKey": key(&app) });
        scene.office.run(document, json!({ "input": input })).await;
        assert_eq!(read(&scene.ada, &order, DEBT).await, debt("CONFIRMED", "PARTIALLY_PAID", "10.00", "10.00"));
        assert_eq!(used(&scene.ada).await, ["50.00", "10.00", "40.00"]);
    }
}
