use chrono::TimeDelta;
use serde_json::{Value, json};
use tests::arrange::{change_channel, product, shop};
use tests::checkout::{
    Order, call_off, key, paid, placed, read, respond, started, stock, wait_for_provider,
};
use tests::fault::Fault;
use tests::stripe::FakeStripe;
use tests::{TestApp, both};

use super::stripe::Stage;
use crate::order::offer;

/// An order whose money is promised at Stripe.
async fn promised(stage: &Stage) -> Order {
    let (order, _payment) = stage.started().await;
    stage.stripe.pay(&stage.intent());
    stage.stripe.deliver(&stage.app).await;
    let money = stage.money(&order).await;
    assert_eq!(stand(&money), ("AWAITING_CONFIRMATION", "AUTHORIZED"));
    order
}

fn stand(money: &Value) -> (&str, &str) {
    (
        money["status"].as_str().unwrap(),
        money["paymentStatus"].as_str().unwrap(),
    )
}

fn captures(stripe: &FakeStripe) -> usize {
    let calls = stripe.calls();
    calls
        .iter()
        .filter(|call| call.ends_with("/capture"))
        .count()
}

async fn ask_nobody(app: &TestApp) {
    change_channel(app, |channel| {
        channel.confirmation_policy =
            sea_orm::ActiveValue::Set(domain::order::ConfirmationPolicy::None.into());
    })
    .await;
}

async fn later(stage: &Stage, minutes: i64) {
    stage.app.clock().advance(TimeDelta::minutes(minutes));
    stage.app.run_timers().await;
}

both! {
    async fn promised_money_is_taken_when_the_back_office_confirms_and_not_before(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        let order = promised(&stage).await;
        stage.app.run_outbox_until_idle().await;
        assert_eq!(captures(&stage.stripe), 0);
        respond(&stage.app, &order, "CONFIRMED").await;
        assert_eq!(stand(&stage.money(&order).await), ("AWAITING_CONFIRMATION", "AUTHORIZED"));
        stage.app.run_outbox_until_idle().await;
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((stand(&money), captures(&stage.stripe)), (("CONFIRMED", "PAID"), 1));
        assert_eq!((&money["paidTotal"]["amount"], &money["refunds"]), (&json!("14.90"), &json!([])));
    }

    async fn a_lost_answer_is_asked_for_again_with_the_same_key(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        let order = promised(&stage).await;
        stage.stripe.set_fault(Fault::AnswerLost(504));
        respond(&stage.app, &order, "CONFIRMED").await;
        stage.app.run_outbox_until_idle().await;
        assert_eq!(stand(&stage.money(&order).await), ("AWAITING_CONFIRMATION", "AUTHORIZED"));
        stage.app.clock().advance(TimeDelta::minutes(2));
        stage.app.run_outbox_until_idle().await;
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((stand(&money), &money["paidTotal"]["amount"]), (("CONFIRMED", "PAID"), &json!("14.90")));
        assert_eq!((captures(&stage.stripe), stage.stripe.refunds().len()), (2, 0));
    }

    async fn an_event_may_overtake_the_answer(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        let order = promised(&stage).await;
        stage.stripe.set_fault(Fault::AnswerLost(500));
        respond(&stage.app, &order, "CONFIRMED").await;
        stage.app.run_outbox_until_idle().await;
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stand(&stage.money(&order).await), ("CONFIRMED", "PAID"));
        later(&stage, 30).await;
        assert_eq!((captures(&stage.stripe), stage.stripe.intents()[0]["amount_received"].clone()), (1, json!(1490)));
    }

    async fn what_no_event_tells_is_found_out(app: TestApp) {
        let stage = Stage::set(&app, &[("VITRINE_STRIPE_CAPTURE", "payment")]).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        assert!(!stage.stripe.take_events().is_empty());
        later(&stage, 5).await;
        assert_eq!(stand(&stage.money(&order).await), ("PLACED", "NONE"));
        later(&stage, 6).await;
        assert_eq!(stand(&stage.money(&order).await), ("AWAITING_CONFIRMATION", "PAID"));
        stage.stripe.delay_refunds();
        call_off(&stage.app, &order).await;
        stage.stripe.end_refunds("succeeded");
        assert!(!stage.stripe.take_events().is_empty());
        assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "PENDING" }]));
        later(&stage, 30).await;
        let money = stage.money(&order).await;
        assert_eq!((stand(&money), &money["refunds"][0]["status"]), (("CANCELLED", "REFUNDED"), &json!("SUCCEEDED")));
        let asked = stage.stripe.calls().len();
        later(&stage, 60 * 24).await;
        assert_eq!(stage.stripe.calls().len(), asked, "nothing is open, so nothing is asked");
    }

    async fn an_order_comes_to_nothing_with_its_promise(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        let order = promised(&stage).await;
        stage.stripe.lapse(&stage.intent());
        assert!(!stage.stripe.take_events().is_empty());
        respond(&stage.app, &order, "CONFIRMED").await;
        stage.app.run_outbox_until_idle().await;
        let shown = read(&stage.guest, &order, "status paymentStatus paidTotal { amount } cancellations { reason status }").await;
        assert_eq!(stand(&shown), ("CANCELLED", "VOIDED"));
        assert_eq!(shown["cancellations"], json!([{ "reason": "PAYMENT", "status": "ACCEPTED" }]));
    }

    async fn a_promise_of_an_order_that_is_called_off_is_let_go(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        let rejected = promised(&stage).await;
        respond(&stage.app, &rejected, "REJECTED").await;
        stage.app.run_outbox_until_idle().await;
        let cancelled = promised(&stage).await;
        call_off(&stage.app, &cancelled).await;
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stand(&stage.money(&rejected).await), ("REJECTED", "VOIDED"));
        assert_eq!(stand(&stage.money(&cancelled).await), ("CANCELLED", "VOIDED"));
        let states: Vec<Value> = stage.stripe.intents().iter().map(|intent| intent["status"].clone()).collect();
        assert_eq!((states, captures(&stage.stripe)), (vec![json!("canceled"), json!("canceled")], 0));
    }

    async fn a_second_promise_for_one_order_is_let_go(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        started(&app, &guest, &order, &shop.test_payment, "authorize").await;
        started(&app, &guest, &order, &shop.test_payment, "authorize").await;
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status paymentStatus payments { status }").await;
        assert_eq!(stand(&shown), ("AWAITING_CONFIRMATION", "AUTHORIZED"));
        let mut states: Vec<&str> = shown["payments"].as_array().unwrap().iter()
            .map(|payment| payment["status"].as_str().unwrap()).collect();
        states.sort_unstable();
        assert_eq!(states, ["CANCELLED", "SUCCEEDED"]);
    }

    async fn where_nobody_is_asked_promised_money_is_taken_at_once(app: TestApp) {
        let shop = shop(&app).await;
        ask_nobody(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 1).await;
        started(&app, &guest, &order, &shop.test_payment, "authorize").await;
        wait_for_provider(&app).await;
        assert_eq!(stand(&read(&guest, &order, "status paymentStatus").await), ("CONFIRMED", "PAID"));
    }

    async fn a_promised_order_outlives_its_time_to_pay(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        ask_nobody(&stage.app).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.set_fault(Fault::Refused(503));
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stand(&stage.money(&order).await), ("PLACED", "AUTHORIZED"));
        later(&stage, 31).await;
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stand(&stage.money(&order).await), ("CONFIRMED", "PAID"));
        assert_eq!(captures(&stage.stripe), 2);
    }

    async fn an_order_whose_promise_is_gone_has_its_time_to_pay_again(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        ask_nobody(&stage.app).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.set_fault(Fault::Refused(503));
        stage.stripe.deliver(&stage.app).await;
        stage.app.clock().advance(TimeDelta::minutes(29));
        stage.stripe.lapse(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        later(&stage, 29).await;
        let shown = read(&stage.guest, &order, "status paymentStatus availableActions").await;
        assert_eq!(stand(&shown), ("PLACED", "VOIDED"));
        assert!(shown["availableActions"].as_array().unwrap().contains(&json!("PAYMENT_START")));
        later(&stage, 2).await;
        assert_eq!(stand(&stage.money(&order).await), ("EXPIRED", "VOIDED"));
    }

    async fn a_no_to_letting_a_promise_go_is_not_told_again(app: TestApp) {
        let stage = Stage::set(&app, &[]).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.set_busy(&stage.intent(), true);
        call_off(&stage.app, &order).await;
        assert_eq!(stage.stripe.intents()[0]["status"], "processing");
        stage.stripe.set_busy(&stage.intent(), false);
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stage.stripe.intents()[0]["status"], "canceled");
        assert_eq!(stand(&stage.money(&order).await), ("CANCELLED", "VOIDED"));
    }

    async fn a_proposal_that_was_accepted_is_carried_out_when_the_money_came(app: TestApp) {
        const ANSWER: &str = "mutation($input: OrderProposalRespondInput!) { orderProposalRespond(input: $input) {
            order { status } userErrors { code } } }";
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 3).await;
        started(&app, &guest, &order, &shop.test_payment, "authorize").await;
        wait_for_provider(&app).await;
        offer(&app, &order, json!({ "quantity": 2 })).await.ok();
        let input = json!({ "orderId": order.id, "orderToken": order.token, "decision": "ACCEPT", "idempotencyKey": key(&app) });
        guest.run(ANSWER, json!({ "input": input })).await;
        wait_for_provider(&app).await;
        let shown = read(&guest, &order, "status paymentStatus refundedTotal { amount } lines { quantity cancelledQuantity }").await;
        assert_eq!(stand(&shown), ("CONFIRMED", "PARTIALLY_REFUNDED"));
        assert_eq!(shown["refundedTotal"]["amount"], "10.00");
        assert_eq!(stock(&app, &goods).await, (100, 2));
    }

    async fn units_wait_for_the_money_to_be_called_off(app: TestApp) {
        let shop = shop(&app).await;
        let goods = product("Lamp").insert(&app, &shop).await;
        let guest = app.guest();
        let order = placed(&app, &guest, &shop, &goods, 2).await;
        started(&app, &guest, &order, &shop.test_payment, "authorize").await;
        wait_for_provider(&app).await;
        let staff = app.as_staff(&["ORDER_READ", "ORDER_WRITE"]).await;
        let line = read(&staff, &order, "lines { id }").await["lines"][0]["id"].clone();
        let cancel = json!({ "input": { "orderId": order.id, "lines": [{ "lineId": line, "quantity": 1 }], "reason": "STAFF",
            "refund": true, "restock": true, "notify": false, "idempotencyKey": key(&app) } });
        let document = "mutation($input: OrderCancelInput!) { orderCancel(input: $input) { userErrors { code } } }";
        let before = app.fingerprint().await;
        staff.send(document, cancel.clone()).await.expect_user_error("INVALID_TRANSITION");
        assert_eq!(app.fingerprint().await, before);
        respond(&app, &order, "CONFIRMED").await;
        wait_for_provider(&app).await;
        staff.run(document, cancel).await;
        wait_for_provider(&app).await;
        assert_eq!(read(&guest, &order, "refundedTotal { amount }").await["refundedTotal"]["amount"], "10.00");
        paid(&app, &guest, &shop, &goods, 1).await;
    }
}
