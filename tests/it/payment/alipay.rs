use chrono::TimeDelta;
use domain::money::Currency;
use poem::http::StatusCode;
use serde_json::{Value, json};
use tests::alipay::{FakeAlipay, notify};
use tests::arrange::{Shop, change_channel, product, shop};
use tests::checkout::{Order, call_off, key, placed, read, try_pay};
use tests::fault::Fault;
use tests::{Client, TestApp, both};

const METHODS: &str =
    "mutation($input: PaymentMethodsUpsertInput!) { paymentMethodsUpsert(input: $input) {
    paymentMethods { id } userErrors { code message } } }";
const MONEY: &str = "status paymentStatus paidTotal { amount currencyCode } payments { status error } refunds { status }";

/// A shop that is paid over the stand-in.
struct Stage {
    alipay: FakeAlipay,
    app: TestApp,
    guest: Client,
    shop: Shop,
    method: String,
}

impl Stage {
    async fn set(app: &TestApp, currency: &str) -> Self {
        let shop = shop(app).await;
        let currency = Currency::parse(currency).unwrap();
        change_channel(app, |channel| {
            channel.currency = sea_orm::ActiveValue::Set(entity::column::CurrencyCode(currency))
        })
        .await;
        let alipay = FakeAlipay::start().await;
        let app = alipay.serve(app).await;
        let method = json!({ "code": "alipay", "provider": "ALIPAY", "name": "支付宝" });
        let made = app
            .as_owner()
            .await
            .run(METHODS, json!({ "input": { "paymentMethods": [method] } }))
            .await;
        let method = made["paymentMethodsUpsert"]["paymentMethods"][0]["id"]
            .as_str()
            .unwrap()
            .to_owned();
        let guest = app.guest();
        Self {
            alipay,
            app,
            guest,
            shop,
            method,
        }
    }

    /// An order for 14.90 and the page on which it is paid, null when it cannot be.
    async fn started(&self) -> (Order, Value) {
        let goods = product(&format!("Lamp {}", key(&self.app)))
            .insert(&self.app, &self.shop)
            .await;
        let order = placed(&self.app, &self.guest, &self.shop, &goods, 1).await;
        let data = try_pay(&self.app, &self.guest, &order, &self.method, "")
            .await
            .ok();
        (
            order,
            data["paymentStart"]["payment"]["session"]["redirectUrl"].clone(),
        )
    }

    /// An order that was paid on that page; nobody told of it yet.
    async fn paid(&self) -> (Order, String) {
        let (order, page) = self.started().await;
        let number = self.alipay.pay(page.as_str().unwrap());
        (order, number)
    }

    async fn money(&self, order: &Order) -> Value {
        read(&self.guest, order, MONEY).await
    }

    async fn later(&self, minutes: i64) {
        self.app.clock().advance(TimeDelta::minutes(minutes));
        self.app.run_timers().await;
    }
}

both! {
    async fn the_buyer_pays_on_a_signed_page_and_a_notification_tells(app: TestApp) {
        let stage = Stage::set(&app, "CNY").await;
        let (order, number) = stage.paid().await;
        let told = stage.alipay.notification(&number, &[]);
        for _again in 0..2 {
            assert_eq!(notify(&stage.app, &told).await, (StatusCode::OK, "success".to_owned()));
        }
        stage.app.run_outbox_until_idle().await;
        let later = stage.alipay.notification(&number, &[("notify_id", "notify-2"), ("trade_status", "TRADE_FINISHED")]);
        assert_eq!(notify(&stage.app, &later).await.0, StatusCode::OK);
        stage.app.run_outbox_until_idle().await;
        let money = stage.money(&order).await;
        assert_eq!((&money["status"], &money["paymentStatus"]), (&json!("AWAITING_CONFIRMATION"), &json!("PAID")));
        assert_eq!(money["paidTotal"], json!({ "amount": "14.90", "currencyCode": "CNY" }));
    }

    async fn a_notification_is_believed_only_with_alipays_signature_and_for_the_merchant(app: TestApp) {
        let stage = Stage::set(&app, "CNY").await;
        let (order, number) = stage.paid().await;
        stage.app.run_outbox_until_idle().await;
        let good = stage.alipay.notification(&number, &[]);
        let mut raised = good.clone();
        raised.insert("total_amount".to_owned(), "99.00".to_owned());
        let mut unsigned = good.clone();
        unsigned.remove("sign");
        let mut weak = good.clone();
        weak.insert("sign_type".to_owned(), "RSA".to_owned());
        let other_merchant = stage.alipay.notification(&number, &[("app_id", "2021000000000002")]);
        let before = app.fingerprint().await;
        for bad in [raised, unsigned, weak, other_merchant] {
            assert_eq!(notify(&stage.app, &bad).await.0, StatusCode::UNAUTHORIZED, "{bad:?}");
        }
        assert_eq!(app.fingerprint().await, before);
        assert_eq!(stage.money(&order).await["paymentStatus"], "NONE");
    }

    async fn what_no_notification_tells_is_found_out_and_goes_back_once_whatever_answer_is_lost(app: TestApp) {
        let stage = Stage::set(&app, "CNY").await;
        for fault in Fault::EACH {
            let (order, number) = stage.paid().await;
            stage.later(11).await;
            assert_eq!(stage.money(&order).await["paymentStatus"], "PAID", "{fault:?}");
            stage.alipay.set_fault(fault);
            call_off(&stage.app, &order).await;
            assert_eq!(stage.money(&order).await["refunds"], json!([{ "status": "PENDING" }]), "{fault:?}");
            stage.later(2).await;
            let money = stage.money(&order).await;
            let expected = (&json!("REFUNDED"), &json!([{ "status": "SUCCEEDED" }]));
            assert_eq!((&money["paymentStatus"], &money["refunds"]), expected, "{fault:?}");
            assert_eq!(stage.alipay.refunds(&number), ["14.90"], "{fault:?}");
        }
    }

    async fn a_lapsed_order_is_closed_and_money_that_came_meanwhile_goes_back(app: TestApp) {
        let stage = Stage::set(&app, "CNY").await;
        let (unpaid, _page) = stage.started().await;
        let (late, page) = stage.started().await;
        stage.later(9).await;
        let number = stage.alipay.pay(page.as_str().unwrap());
        stage.app.clock().advance(TimeDelta::minutes(22));
        api::service::order::expire_due(stage.app.state()).await.unwrap();
        for _turn in 0..3 {
            stage.app.run_outbox_until_idle().await;
        }
        assert_eq!(stage.money(&unpaid).await["status"], "EXPIRED");
        let money = stage.money(&late).await;
        assert_eq!((&money["status"], &money["paymentStatus"]), (&json!("EXPIRED"), &json!("REFUNDED")));
        assert_eq!(stage.alipay.refunds(&number), ["14.90"]);
    }

    async fn other_currencies_are_refused(app: TestApp) {
        let stage = Stage::set(&app, "EUR").await;
        let (order, page) = stage.started().await;
        assert_eq!(page, Value::Null);
        let money = stage.money(&order).await;
        assert_eq!((&money["payments"][0]["status"], &money["payments"][0]["error"]),
            (&json!("FAILED"), &json!("Alipay takes CNY only")));
    }
}
