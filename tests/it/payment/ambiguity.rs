//! A provider that does a thing and does not say so: whatever answer is lost, and whenever its events come, it is done once,
//! and the shop finds out.

use chrono::TimeDelta;
use poem::http::StatusCode;
use serde_json::{Value, json};
use tests::checkout::{Order, call_off, respond};
use tests::fault::Fault;
use tests::stripe::post;
use tests::{TestApp, both};

use super::stripe::Stage;

/// What the provider is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    Authorize,
    Capture,
    Void,
    Refund,
}

/// When its events come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum News {
    /// Before it is asked again.
    Early,
    /// Before it is asked again, and each once more.
    Twice,
    /// Once it was asked again.
    Late,
    /// Never.
    Lost,
}

const NEWS: [News; 4] = [News::Early, News::Twice, News::Late, News::Lost];

/// Lets one thing go wrong and time pass; gives where the order stands, and what the provider did for it.
async fn after(stage: &Stage, wish: Wish, fault: Fault, news: News) -> Value {
    let intents = stage.stripe.intents().len();
    let refunds = stage.stripe.refunds().len();
    let order = wished(stage, wish, fault).await;
    stage.app.run_outbox_until_idle().await;
    if matches!(news, News::Early | News::Twice) {
        tell(stage, if news == News::Twice { 2 } else { 1 }).await;
    }
    stage.app.clock().advance(TimeDelta::minutes(2));
    stage.app.run_outbox_until_idle().await;
    if wish == Wish::Authorize {
        stage.stripe.pay(&stage.intent());
    }
    for _round in 0..3 {
        if news == News::Lost {
            let _lost = stage.stripe.take_events();
        } else {
            tell(stage, 1).await;
        }
        stage.app.clock().advance(TimeDelta::minutes(8));
        stage.app.run_timers().await;
    }
    let money = stage.money(&order).await;
    let given: Vec<Value> = stage.stripe.refunds()[refunds..]
        .iter()
        .map(|refund| refund["amount"].clone())
        .collect();
    let opened: Vec<Value> = stage.stripe.intents()[intents..]
        .iter()
        .map(|intent| json!([intent["status"], intent["amount_received"]]))
        .collect();
    json!([
        money["status"],
        money["paymentStatus"],
        money["paidTotal"]["amount"],
        money["refundedTotal"]["amount"],
        opened,
        given
    ])
}

/// An order for which the provider was asked for this, and did not say what became of it.
async fn wished(stage: &Stage, wish: Wish, fault: Fault) -> Order {
    if wish == Wish::Authorize {
        stage.stripe.set_fault(fault);
        return stage.started().await.0;
    }
    let (order, _payment) = stage.started().await;
    stage.stripe.pay(&stage.intent());
    stage.stripe.deliver(&stage.app).await;
    if wish == Wish::Refund {
        respond(&stage.app, &order, "CONFIRMED").await;
        stage.app.run_outbox_until_idle().await;
        stage.stripe.deliver(&stage.app).await;
    }
    stage.stripe.set_fault(fault);
    match wish {
        Wish::Capture => respond(&stage.app, &order, "CONFIRMED").await,
        Wish::Void | Wish::Refund => call_off(&stage.app, &order).await,
        Wish::Authorize => {}
    }
    order
}

async fn tell(stage: &Stage, times: usize) {
    for event in stage.stripe.take_events() {
        for _time in 0..times {
            assert_eq!(post(&stage.app, &event).await, StatusCode::OK, "{event}");
        }
    }
    stage.app.run_outbox_until_idle().await;
}

async fn comes_out_once(app: &TestApp, wish: Wish, expected: Value) {
    let stage = Stage::set(app, &[]).await;
    for fault in Fault::EACH {
        for news in NEWS {
            assert_eq!(
                after(&stage, wish, fault, news).await,
                expected,
                "{wish:?} {fault:?} {news:?}"
            );
        }
    }
}

both! {
    async fn a_promise_is_asked_for_once_whatever_answer_is_lost(app: TestApp) {
        let expected = json!(["AWAITING_CONFIRMATION", "AUTHORIZED", "0.00", "0.00", [["requires_capture", 0]], []]);
        comes_out_once(&app, Wish::Authorize, expected).await;
    }

    async fn money_is_taken_once_whatever_answer_is_lost(app: TestApp) {
        let expected = json!(["CONFIRMED", "PAID", "14.90", "0.00", [["succeeded", 1490]], []]);
        comes_out_once(&app, Wish::Capture, expected).await;
    }

    async fn a_promise_is_let_go_once_whatever_answer_is_lost(app: TestApp) {
        let expected = json!(["CANCELLED", "VOIDED", "0.00", "0.00", [["canceled", 0]], []]);
        comes_out_once(&app, Wish::Void, expected).await;
    }

    async fn money_goes_back_once_whatever_answer_is_lost(app: TestApp) {
        let expected = json!(["CANCELLED", "REFUNDED", "14.90", "14.90", [["succeeded", 1490]], [1490]]);
        comes_out_once(&app, Wish::Refund, expected).await;
    }
}
