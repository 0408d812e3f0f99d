use chrono::TimeDelta;
use domain::money::Currency;
use poem::http::StatusCode;
use serde_json::{Value, json};
use tests::arrange::{Shop, change_channel, product, shop};
use tests::checkout::{Order, call_off, key, placed, read};
use tests::fault::Fault;
use tests::wechat_pay::{FakeWechatPay, Notification, STRANGER, notify};
use tests::{Answer, Client, TestApp, both};

const METHODS: &str =
    "mutation($input: PaymentMethodsUpsertInput!) { paymentMethodsUpsert(input: $input) {
    paymentMethods { id } userErrors { code message } } }";
const START: &str = "mutation($input: PaymentStartInput!) { paymentStart(input: $input) {
    payment { session { redirectUrl parameters } } userErrors { code message field } } }";
const MONEY: &str =
    "status paymentStatus paidTotal { amount } payments { status error } refunds { status }";

/// A shop that is paid over the stand-in.
struct Stage {
    wechat: FakeWechatPay,
    app: TestApp,
    guest: Client,
    shop: Shop,
    method: String,
}

impl Stage {
    async fn set(app: &TestApp) -> Self {
        let shop = shop(app).await;
        change_channel(app, |channel| {
            let yuan = Currency::parse("CNY").unwrap();
            channel.currency = sea_orm::ActiveValue::Set(entity::column::CurrencyCode(yuan));
        })
        .await;
        let wechat = FakeWechatPay::start().await;
        let app = wechat.serve(app).await;
        let method = json!({ "code": "wechat", "provider": "WECHAT_PAY", "name": "微信支付" });
        let input = json!({ "input": { "paymentMethods": [method] } });
        let made = app.as_owner().await.run(METHODS, input).await;
        let method = made["paymentMethodsUpsert"]["paymentMethods"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let guest = app.guest();
        Self {
            wechat,
            app,
            guest,
            shop,
            method,
        }
    }

    /// An order for 14.90 and the code that the buyer scans; null when it is not there yet.
    async fn started(&self) -> (Order, Value) {
        let goods = product(&format!("Lamp {}", key(&self.app)))
            .insert(&self.app, &self.shop)
            .await;
        let order = placed(&self.app, &self.guest, &self.shop, &goods, 1).await;
        let input = json!({ "orderId": order.id, "paymentMethodId": self.method, "orderToken": order.token,
            "returnUrl": "https://store.test/back", "idempotencyKey": key(&self.app) });
        let data = self.guest.run(START, json!({ "input": input })).await;
        let code = &data["paymentStart"]["payment"]["session"]["parameters"]["codeUrl"];
        (order, code.clone())
    }

    /// Asks for a payment of a fresh order by somebody WeChat knows.
    async fn try_inside(&self, method: &str, open_id: &str) -> (Order, Answer) {
        let goods = product(&format!("Lamp {}", key(&self.app)))
            .insert(&self.app, &self.shop)
            .await;
        let order = placed(&self.app, &self.guest, &self.shop, &goods, 1).await;
        let input = json!({ "orderId": order.id, "paymentMethodId": method, "orderToken": order.token, "wechatOpenId": open_id,
            "returnUrl": "https://store.test/back", "idempotencyKey": key(&self.app) });
        let answer = self.guest.send(START, json!({ "input": input })).await;
        (order, answer)
    }

    /// An order that was paid; nobody told of it yet.
    async fn paid(&self) -> (Order, String) {
        let (order, code) = self.started().await;
        let number = self.wechat.pay(code.as_str().unwrap());
        (order, number)
    }

    async fn tell(&self, notification: &Notification) -> StatusCode {
        let status = notify(&self.app, notification).await;
        self.app.run_outbox_until_idle().await;
        status
    }

    async fn money(&self, order: &Order) -> Value {
        read(&self.guest, order, MONEY).await
    }

    /// Lets what failed be tried again.
    async fn later(&self) {
        for _turn in 0..2 {
            self.app.clock().advance(TimeDelta::minutes(1));
            self.app.run_outbox_until_idle().await;
        }
    }

    fn now(&self) -> i64 {
        self.app.clock().now().timestamp()
    }
}

both! {
    async fn the_buyer_scans_a_code_and_a_sealed_notification_tells(app: TestApp) {
        let stage = Stage::set(&app).await;
        let (order, number) = stage.paid().await;
        for _again in 0..2 {
            assert_eq!(stage.tell(&stage.wechat.paid(&number, 0, stage.now())).await, StatusCode::OK);
        }
        // The same thing in another delivery, signed with the key that takes the other's place.
        assert_eq!(stage.tell(&stage.wechat.paid(&number, 1, stage.now() + 1)).await, StatusCode::OK);
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["paymentStatus"], &money["paidTotal"]["amount"]),
            (&json!("AWAITING_CONFIRMATION"), &json!("PAID"), &json!("14.90")));
    }

    async fn a_buyer_inside_wechat_pays_with_what_the_shop_signed(app: TestApp) {
        let stage = Stage::set(&app).await;
        let (order, answer) = stage.try_inside(&stage.method, "oUpF8uMuAJO_M2pxb1Q9zNjWeS6o").await;
        let handover = answer.ok()["paymentStart"]["payment"]["session"]["parameters"].clone();
        assert!(stage.wechat.takes(&handover), "{handover}");
        for (part, forged) in [("appId", "wx1"), ("timeStamp", "1"), ("nonceStr", "x"), ("package", "prepay_id=1")] {
            let mut changed = handover.clone();
            changed[part] = json!(forged);
            assert!(!stage.wechat.takes(&changed), "{part}");
        }
        let number = stage.wechat.pay(handover["package"].as_str().unwrap());
        assert_eq!(stage.tell(&stage.wechat.paid(&number, 0, stage.now())).await, StatusCode::OK);
        let money = stage.money(&order).await;
        assert_eq!((&money["paymentStatus"], &money["paidTotal"]["amount"]), (&json!("PAID"), &json!("14.90")));
    }

    async fn only_wechat_pay_takes_somebody_wechat_knows(app: TestApp) {
        let stage = Stage::set(&app).await;
        let (order, answer) = stage.try_inside(&stage.method, STRANGER).await;
        assert_eq!(answer.ok()["paymentStart"]["payment"]["session"]["parameters"], Value::Null);
        let payments = stage.money(&order).await["payments"].clone();
        assert_eq!(payments, json!([{ "status": "FAILED", "error": "APPID_MCHID_NOT_MATCH" }]));
        let long = "o".repeat(129);
        for (method, open_id) in [(&stage.method, ""), (&stage.method, "a b"), (&stage.method, &long), (&stage.shop.test_payment, "oUpF8u")] {
            let (order, answer) = stage.try_inside(method, open_id).await;
            let error = answer.expect_user_error("INVALID");
            assert_eq!(error["field"], json!(["input", "wechatOpenId"]));
            assert_eq!(stage.money(&order).await["payments"], json!([]));
        }
    }

    async fn a_notification_is_believed_only_fresh_and_with_a_signature_that_fits(app: TestApp) {
        let stage = Stage::set(&app).await;
        let (order, number) = stage.paid().await;
        stage.app.run_outbox_until_idle().await;
        let before = app.fingerprint().await;
        let with = |name: &str, value: &str| {
            let mut changed = stage.wechat.paid(&number, 0, stage.now());
            for header in changed.headers.iter_mut().filter(|header| header.0 == name) {
                value.clone_into(&mut header.1);
            }
            changed
        };
        let mut altered = stage.wechat.paid(&number, 0, stage.now());
        altered.body = altered.body.replace("TRANSACTION", "transaction");
        for bad in [
            stage.wechat.paid(&number, 0, stage.now() - 301),
            with("wechatpay-serial", "PUB_KEY_ID_0119000000012026"),
            with("wechatpay-serial", "unknown"),
            with("wechatpay-signature", ""),
            with("wechatpay-nonce", "other"),
            altered,
        ] {
            assert_eq!(stage.tell(&bad).await, StatusCode::UNAUTHORIZED, "{:?}", bad.headers);
        }
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(stage.money(&order).await["paymentStatus"], "NONE");
    }

    async fn an_answer_without_a_signature_is_not_believed(app: TestApp) {
        let stage = Stage::set(&app).await;
        stage.wechat.forget_signature();
        let (order, code) = stage.started().await;
        assert_eq!((&code, &stage.money(&order).await["payments"][0]["status"]), (&Value::Null, &json!("CREATED")));
        stage.app.clock().advance(TimeDelta::minutes(1));
        stage.app.run_outbox_until_idle().await;
        assert_eq!(stage.money(&order).await["payments"][0]["status"], "ACTION_REQUIRED");
    }

    async fn money_goes_back_once_however_the_answers_are_lost(app: TestApp) {
        let stage = Stage::set(&app).await;
        let (order, number) = stage.paid().await;
        stage.app.clock().advance(TimeDelta::minutes(11));
        stage.app.run_timers().await;
        assert_eq!(stage.money(&order).await["paymentStatus"], "PAID", "what no notification tells is found out");
        stage.wechat.delay_refunds();
        call_off(&stage.app, &order).await;
        assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "PENDING" }]));
        stage.wechat.end_refunds(&number);
        stage.wechat.set_fault(Fault::AnswerLost(502));
        stage.later().await;
        let refunds = stage.wechat.refunds(&number);
        assert_eq!((refunds.len(), refunds[0].1), (1, 1490));
        assert_eq!(stage.tell(&stage.wechat.refunded(&number, &refunds[0].0, stage.now())).await, StatusCode::OK);
        let money = stage.money(&order).await;
        assert_eq!((&money["paymentStatus"], &money["refunds"]), (&json!("REFUNDED"), &json!([{ "status": "SUCCEEDED" }])));
    }

    async fn a_code_is_asked_for_once_whatever_answer_is_lost(app: TestApp) {
        let stage = Stage::set(&app).await;
        for (before, fault) in Fault::EACH.into_iter().enumerate() {
            stage.wechat.set_fault(fault);
            let (order, code) = stage.started().await;
            assert_eq!(code, Value::Null, "{fault:?}");
            stage.later().await;
            assert_eq!(stage.money(&order).await["payments"][0]["status"], "ACTION_REQUIRED", "{fault:?}");
            assert_eq!(stage.wechat.opened(), before + 1, "{fault:?}");
        }
    }

    async fn money_goes_back_once_whatever_answer_is_lost_and_however_often_it_is_told(app: TestApp) {
        let stage = Stage::set(&app).await;
        for fault in Fault::EACH {
            for times in 0..3 {
                let case = format!("{fault:?}, told {times} times before it is asked again");
                let (order, number) = stage.paid().await;
                assert_eq!(stage.tell(&stage.wechat.paid(&number, 0, stage.now())).await, StatusCode::OK);
                stage.wechat.set_fault(fault);
                call_off(&stage.app, &order).await;
                assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "PENDING" }]), "{case}");
                let refunds = stage.wechat.refunds(&number);
                for (refund, _) in std::iter::repeat_n(refunds, times).flatten() {
                    assert_eq!(stage.tell(&stage.wechat.refunded(&number, &refund, stage.now())).await, StatusCode::OK);
                }
                stage.later().await;
                let refunds = stage.wechat.refunds(&number);
                assert_eq!((refunds.len(), refunds[0].1), (1, 1490), "{case}");
                let late = stage.wechat.refunded(&number, &refunds[0].0, stage.now());
                assert_eq!(stage.tell(&late).await, StatusCode::OK);
                let money = stage.money(&order).await;
                let expected = (&json!("REFUNDED"), &json!([{ "status": "SUCCEEDED" }]));
                assert_eq!((&money["paymentStatus"], &money["refunds"]), expected, "{case}");
            }
        }
    }

    async fn a_lapsed_order_is_closed_whatever_answer_is_lost(app: TestApp) {
        let stage = Stage::set(&app).await;
        for fault in Fault::EACH {
            let (order, code) = stage.started().await;
            stage.app.clock().advance(TimeDelta::minutes(31));
            stage.wechat.set_fault(fault);
            api::service::order::expire_due(stage.app.state()).await.unwrap();
            stage.app.run_outbox_until_idle().await;
            stage.later().await;
            assert_eq!(stage.wechat.state(code.as_str().unwrap()), "CLOSED", "{fault:?}");
            let money = stage.money(&order).await;
            assert_eq!((&money["status"], &money["payments"][0]["status"]), (&json!("EXPIRED"), &json!("EXPIRED")), "{fault:?}");
        }
    }

    async fn a_lapsed_order_is_closed_and_money_that_came_meanwhile_goes_back(app: TestApp) {
        let stage = Stage::set(&app).await;
        let (unpaid, code) = stage.started().await;
        let (late, late_code) = stage.started().await;
        let number = stage.wechat.pay(late_code.as_str().unwrap());
        stage.app.clock().advance(TimeDelta::minutes(31));
        api::service::order::expire_due(stage.app.state()).await.unwrap();
        for _turn in 0..3 {
            stage.app.run_outbox_until_idle().await;
        }
        assert_eq!(stage.money(&unpaid).await["status"], "EXPIRED");
        assert_eq!(stage.wechat.state(code.as_str().unwrap()), "CLOSED");
        let money = stage.money(&late).await;
        assert_eq!((&money["status"], &money["paymentStatus"]), (&json!("EXPIRED"), &json!("REFUNDED")));
        assert_eq!(stage.wechat.refunds(&number).len(), 1);
    }
}
