use chrono::TimeDelta;
use poem::http::StatusCode;
use serde_json::{Value, json};
use tests::arrange::{Shop, product, shop};
use tests::checkout::{Order, call_off, key, placed, read, try_pay};
use tests::fault::Fault;
use tests::stripe::{FakeStripe, PUBLISHABLE_KEY, WEBHOOK_SECRET, post, post_signed, sign};
use tests::{Client, TestApp, both};

const METHODS: &str =
    "mutation($input: PaymentMethodsUpsertInput!) { paymentMethodsUpsert(input: $input) {
    paymentMethods { id } userErrors { code message } } }";
const START: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { id status session { redirectUrl clientSecret parameters } } userErrors { code message } } }";
const SETTLE: &str = "mutation($input: RefundSettleInput!) { refundSettle(input: $input) {
    refund { status } userErrors { code message } } }";
const MONEY: &str = "status paymentStatus paidTotal { amount } refundedTotal { amount }
    payments { status error capturedTotal { amount } } refunds { status }";

/// A shop that is paid over the stand-in.
pub(super) struct Stage {
    pub(super) stripe: FakeStripe,
    pub(super) app: TestApp,
    pub(super) guest: Client,
    shop: Shop,
    method: String,
}

impl Stage {
    pub(super) async fn set(app: &TestApp, more: &[(&str, &str)]) -> Self {
        let shop = shop(app).await;
        let stripe = FakeStripe::start().await;
        let app = stripe.serve(app, more).await;
        let method = json!({ "code": "card", "provider": "STRIPE", "name": "Card" });
        let input = json!({ "input": { "paymentMethods": [method] } });
        let made = app.as_owner().await.run(METHODS, input).await;
        let method = made["paymentMethodsUpsert"]["paymentMethods"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let guest = app.guest();
        Self {
            stripe,
            app,
            guest,
            shop,
            method,
        }
    }

    /// An order of one lamp for 14.90, and the id of its payment, ready to be paid in the browser.
    pub(super) async fn started(&self) -> (Order, String) {
        let goods = product(&format!("Lamp {}", key(&self.app)))
            .insert(&self.app, &self.shop)
            .await;
        let order = placed(&self.app, &self.guest, &self.shop, &goods, 1).await;
        let data = try_pay(&self.app, &self.guest, &order, &self.method, "")
            .await
            .ok();
        (
            order,
            data["paymentStart"]["payment"]["id"]
                .as_str()
                .unwrap()
                .to_owned(),
        )
    }

    /// The newest intent.
    pub(super) fn intent(&self) -> String {
        self.stripe.intents().last().unwrap()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    pub(super) async fn money(&self, order: &Order) -> Value {
        read(&self.guest, order, MONEY).await
    }
}

const AT_PAYMENT: &[(&str, &str)] = &[("VITRINE_STRIPE_CAPTURE", "payment")];

both! {
    async fn the_buyers_browser_gets_what_it_pays_with(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let goods = product("Lamp").insert(&stage.app, &stage.shop).await;
        let order = placed(&stage.app, &stage.guest, &stage.shop, &goods, 1).await;
        let input = json!({ "input": { "orderId": order.id, "orderToken": order.token, "paymentMethodId": stage.method,
            "returnUrl": "https://store.test/back", "idempotencyKey": "pay-1" } });
        let answer = stage.guest.run(START, input.clone()).await;
        let intent = stage.stripe.intents()[0].clone();
        assert_eq!((&intent["amount"], &intent["currency"], &intent["capture_method"]),
            (&json!(1490), &json!("eur"), &json!("automatic")));
        assert_eq!(answer["paymentStart"]["payment"]["session"], json!({ "redirectUrl": null,
            "clientSecret": intent["client_secret"], "parameters": { "publishableKey": PUBLISHABLE_KEY } }));
        assert_eq!(stage.guest.run(START, input).await, answer);
        assert_eq!(stage.stripe.intents().len(), 1);
        let staff = stage.app.as_staff(&["ORDER_READ", "PAYMENT_READ"]).await;
        let seen = Order { token: None, ..order.clone() };
        let shown = read(&staff, &seen, "payments { session { clientSecret } providerRef }").await;
        assert_eq!(shown["payments"], json!([{ "session": null, "providerRef": intent["id"] }]));
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["paymentStatus"]), (&json!("AWAITING_CONFIRMATION"), &json!("PAID")));
    }

    async fn events_count_once_in_whatever_order_they_come(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.decline(&stage.intent(), "Your card was declined.");
        stage.stripe.pay(&stage.intent());
        let mut events = stage.stripe.take_events();
        events.reverse();
        for event in events.iter().chain(&events) {
            assert_eq!(post(&stage.app, event).await, StatusCode::OK);
        }
        // The same event in another delivery.
        let again = json!({ "id": "evt_again", "type": events[0]["type"], "created": events[0]["created"], "data": events[0]["data"] });
        assert_eq!(post(&stage.app, &again).await, StatusCode::OK);
        stage.app.run_outbox_until_idle().await;
        let money = stage.money(&order).await;
        assert_eq!((&money["paymentStatus"], &money["paidTotal"]["amount"]), (&json!("PAID"), &json!("14.90")));
        assert_eq!((&money["payments"][0]["status"], &money["refunds"]), (&json!("SUCCEEDED"), &json!([])));
    }

    async fn an_event_is_believed_only_with_a_fresh_signature_of_the_account(app: TestApp) {
        let stage = Stage::set(&app, &[("VITRINE_STRIPE_CAPTURE", "payment"),
            ("VITRINE_STRIPE_WEBHOOK_SECRETS", "whsec_next,whsec_of_the_stand_in")]).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.app.run_outbox_until_idle().await;
        let body = stage.stripe.take_events().last().unwrap().to_string();
        let now = stage.app.clock().now().timestamp();
        let before = app.fingerprint().await;
        for bad in [sign("whsec_of_others", now, &body), sign(WEBHOOK_SECRET, now - 301, &body), String::new(),
            sign(WEBHOOK_SECRET, now, "{}"), format!("t={now},v0=00")] {
            assert_eq!(post_signed(&stage.app, &bad, body.clone()).await, StatusCode::UNAUTHORIZED, "{bad}");
        }
        let nonsense = sign(WEBHOOK_SECRET, now, "{}");
        assert_eq!(post_signed(&stage.app, &nonsense, "{}".to_owned()).await, StatusCode::BAD_REQUEST);
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(post_signed(&stage.app, &sign("whsec_next", now, &body), body).await, StatusCode::OK);
        stage.app.run_outbox_until_idle().await;
        assert_eq!(stage.money(&order).await["paymentStatus"], "PAID");
    }

    async fn a_declined_card_is_told_and_another_may_be_tried(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.decline(&stage.intent(), "Your card was declined.");
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["payments"][0]["status"], &money["payments"][0]["error"]),
            (&json!("PLACED"), &json!("FAILED"), &json!("Your card was declined.")));
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stage.money(&order).await["paymentStatus"], "PAID");
    }

    async fn an_intent_is_opened_once_however_often_it_is_asked_for(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        stage.stripe.set_fault(Fault::AnswerLost(500));
        let (order, _payment) = stage.started().await;
        assert_eq!(stage.money(&order).await["payments"][0]["status"], "CREATED");
        stage.app.clock().advance(TimeDelta::minutes(1));
        stage.app.run_outbox_until_idle().await;
        assert_eq!(stage.money(&order).await["payments"][0]["status"], "ACTION_REQUIRED");
        assert_eq!(stage.stripe.intents().len(), 1);
    }

    async fn money_goes_back_once_however_the_answers_are_lost(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        stage.stripe.set_fault(Fault::AnswerLost(502));
        call_off(&stage.app, &order).await;
        assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "PENDING" }]));
        stage.app.clock().advance(TimeDelta::minutes(1));
        stage.app.run_outbox_until_idle().await;
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["paymentStatus"], &money["refundedTotal"]["amount"]),
            (&json!("CANCELLED"), &json!("REFUNDED"), &json!("14.90")));
        assert_eq!(stage.stripe.refunds().len(), 1);
    }

    async fn a_refund_that_takes_its_time_may_fail(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        stage.stripe.delay_refunds();
        call_off(&stage.app, &order).await;
        assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "PENDING" }]));
        stage.stripe.end_refunds("failed");
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["refunds"][0]["status"], &money["refundedTotal"]["amount"]), (&json!("FAILED"), &json!("0.00")));
        let refund = read(&stage.guest, &order, "refunds { id }").await["refunds"][0]["id"].clone();
        let staff = stage.app.as_staff(&["REFUND_WRITE"]).await;
        staff.run(SETTLE, json!({ "input": { "refundId": refund, "idempotencyKey": key(&app) } })).await;
        assert_eq!(stage.money(&order).await["paymentStatus"], "REFUNDED");
    }

    async fn money_that_went_back_may_return(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        call_off(&stage.app, &order).await;
        stage.stripe.deliver(&stage.app).await;
        assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "SUCCEEDED" }]));
        stage.stripe.end_refunds("failed");
        let failed = stage.stripe.take_events();
        for event in failed.iter().chain(&failed) {
            assert_eq!(post(&stage.app, event).await, StatusCode::OK);
        }
        stage.app.run_outbox_until_idle().await;
        let money = stage.money(&order).await;
        assert_eq!((&money["refunds"], &money["refundedTotal"]["amount"]), (&json!([{ "status": "FAILED" }]), &json!("0.00")));
        let staff = stage.app.as_staff(&["ORDER_READ", "PAYMENT_READ", "REFUND_WRITE"]).await;
        let seen = Order { token: None, ..order.clone() };
        let shown = read(&staff, &seen, "timeline { kind } payments { events { kind } } refunds { id }").await;
        assert!(shown["payments"][0]["events"].as_array().unwrap().contains(&json!({ "kind": "REFUND_REVERSED" })), "{shown}");
        assert!(shown["timeline"].as_array().unwrap().contains(&json!({ "kind": "REFUND_FAILED" })), "{shown}");
        let settle = json!({ "input": { "refundId": shown["refunds"][0]["id"], "idempotencyKey": key(&app) } });
        staff.run(SETTLE, settle).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["paymentStatus"], &money["refundedTotal"]["amount"]), (&json!("REFUNDED"), &json!("14.90")));
    }

    async fn a_refund_is_looked_for_once_stripe_forgot_its_key(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        stage.stripe.set_fault(Fault::AnswerLost(502));
        call_off(&stage.app, &order).await;
        assert!(!stage.stripe.take_events().is_empty());
        stage.stripe.forget_keys();
        stage.app.clock().advance(TimeDelta::hours(25));
        stage.app.run_outbox_until_idle().await;
        let money = stage.money(&order).await;
        assert_eq!((&money["paymentStatus"], &money["refunds"]), (&json!("REFUNDED"), &json!([{ "status": "SUCCEEDED" }])));
        assert_eq!(stage.stripe.refunds().len(), 1);
    }

    async fn money_a_bank_takes_back_is_written_down(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.stripe.pay(&stage.intent());
        stage.stripe.dispute(&stage.intent());
        stage.stripe.deliver(&stage.app).await;
        let staff = stage.app.as_staff(&["ORDER_READ", "PAYMENT_READ"]).await;
        let shown = read(&staff, &order, "payments { refundedTotal { amount } events { kind } }").await;
        assert_eq!(shown["payments"][0]["refundedTotal"]["amount"], "14.90");
        let events = shown["payments"][0]["events"].as_array().unwrap();
        assert!(events.contains(&json!({ "kind": "CHARGED_BACK" })), "{events:?}");
        stage.stripe.win_disputes();
        stage.stripe.deliver(&stage.app).await;
        let shown = read(&staff, &order, "paymentStatus payments { refundedTotal { amount } }").await;
        assert_eq!((&shown["paymentStatus"], &shown["payments"][0]["refundedTotal"]["amount"]), (&json!("PAID"), &json!("0.00")));
    }

    async fn an_attempt_of_a_lapsed_order_is_called_off(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        stage.app.clock().advance(TimeDelta::minutes(31));
        stage.app.run_timers().await;
        assert_eq!(stage.stripe.intents()[0]["status"], "canceled");
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["paymentStatus"], &money["payments"][0]["status"]),
            (&json!("EXPIRED"), &json!("NONE"), &json!("EXPIRED")));
    }

    async fn money_that_overtakes_the_end_of_its_order_goes_back(app: TestApp) {
        let stage = Stage::set(&app, AT_PAYMENT).await;
        let (order, _payment) = stage.started().await;
        // Asked at eleven minutes and at about twice that, Stripe is not asked again before the order lapses.
        for minutes in [11, 12] {
            stage.app.clock().advance(TimeDelta::minutes(minutes));
            stage.app.run_timers().await;
        }
        stage.stripe.pay(&stage.intent());
        stage.app.clock().advance(TimeDelta::minutes(8));
        stage.app.run_timers().await;
        stage.stripe.deliver(&stage.app).await;
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["paymentStatus"]), (&json!("EXPIRED"), &json!("REFUNDED")));
        assert_eq!(stage.stripe.refunds()[0]["amount"], 1490);
    }
}
