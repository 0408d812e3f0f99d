//! The vendors' own libraries on the other side: what they sign we believe, what is signed here they believe.

use std::{collections::BTreeMap, path::Path};

use api::clock::Clock;
use api::config::{CaptureTime, Secret, StripeConfig, WechatPayConfig};
use api::payment::stripe::Stripe;
use api::payment::wechat_pay::WechatPay;
use api::payment::{Opening, Provider, Webhook};
use domain::money::{Currency, Money};
use reqwest::header::{HeaderMap, HeaderValue};
use serde_json::{Value, json};
use tests::alipay::{self, FakeAlipay};
use tests::stripe::{FakeStripe, PUBLISHABLE_KEY, SECRET_KEY, WEBHOOK_SECRET, sign};
use tests::wechat_pay::{API_KEY, APP_ID, FakeWechatPay, MERCHANT, MERCHANT_SERIAL, SERIALS};
use tokio::process::Command;
use uuid::Uuid;

/// Runs a script of `tests/npm`; answers what it printed.
async fn run(script: &str, arguments: &[&str]) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("npm");
    let output = Command::new("node")
        .arg(folder.join(script))
        .args(arguments)
        .output()
        .await
        .expect("node can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}: {errors}");
    String::from_utf8(output.stdout).expect("text")
}

#[tokio::test]
#[cfg_attr(not(npm), ignore = "npm: not run (`npm ci` in tests/npm first)")]
async fn stripes_library_and_the_shop_understand_each_other() {
    let stand_in = FakeStripe::start().await;
    let now = Clock::default().now();
    let body = json!({ "id": "evt_vendor", "object": "event", "type": "payment_intent.created",
        "created": now.timestamp(), "data": { "object": {} } });
    let body = body.to_string();
    let ours = sign(WEBHOOK_SECRET, now.timestamp(), &body);
    let arguments = [stand_in.url(), SECRET_KEY, WEBHOOK_SECRET, &ours, &body];
    let theirs = run("stripe.mjs", &arguments).await;
    let config = StripeConfig {
        secret_key: Secret::new(SECRET_KEY),
        publishable_key: PUBLISHABLE_KEY.to_owned(),
        webhook_secrets: vec![Secret::new(WEBHOOK_SECRET)],
        capture: CaptureTime::AtConfirmation,
        allows_test_keys: true,
        url: stand_in.url().parse().expect("an address"),
    };
    let stripe = Stripe::try_new(&config).expect("a client");
    let verify = |signature: &str, body: &str| {
        let value = HeaderValue::from_str(signature).expect("a header");
        let headers = HeaderMap::from_iter([("stripe-signature".parse().expect("a name"), value)]);
        let webhook = Webhook {
            headers: &headers,
            body: body.as_bytes(),
        };
        stripe.verify_webhook(&webhook, now)
    };
    assert_eq!(verify(&theirs, &body), Ok("evt_vendor".to_owned()));
    assert!(verify(&theirs, &format!("{body} ")).is_err());
}

#[tokio::test]
#[cfg_attr(not(npm), ignore = "npm: not run (`npm ci` in tests/npm first)")]
async fn alipays_library_and_the_stand_in_understand_each_other() {
    let stand_in = FakeAlipay::start().await;
    let ask = async |what: &str| {
        let (key, public_key) = (stand_in.merchant_key(), stand_in.public_key());
        run(
            "alipay.mjs",
            &[stand_in.url(), alipay::APP_ID, key, public_key, what],
        )
        .await
    };
    let number = stand_in.pay(&ask("page").await);
    assert_eq!(number, "vendor");
    let told = json!(stand_in.notification(&number, &[])).to_string();
    assert_eq!(ask(&told).await, "10000 TRADE_SUCCESS 14.90");
}

#[tokio::test]
#[cfg_attr(not(npm), ignore = "npm: not run (`npm ci` in tests/npm first)")]
async fn a_library_for_wechat_pay_and_the_stand_in_understand_each_other() {
    let stand_in = FakeWechatPay::start().await;
    let ask = async |what: &str| {
        let keys = (stand_in.merchant_key(), stand_in.public_key());
        let merchant = [stand_in.url(), MERCHANT, MERCHANT_SERIAL, keys.0];
        let platform = [SERIALS[0], keys.1, API_KEY, what];
        run("wechat-pay.mjs", &[merchant, platform].concat()).await
    };
    let number = stand_in.pay(&ask("open").await);
    assert_eq!(number, "vendor");
    let handed = handover(&stand_in).await;
    let part = |name: &str| handed[name].as_str().expect("a text").to_owned();
    let text = ["appId", "timeStamp", "nonceStr", "package"].map(|name| part(name) + "\n");
    assert_eq!(ask(&text.concat()).await, part("paySign"));
    let told = stand_in.paid(&number, 0, Clock::default().now().timestamp());
    let headers: BTreeMap<_, _> = told.headers.into_iter().collect();
    let told = json!({ "headers": headers, "body": told.body }).to_string();
    assert_eq!(ask(&told).await, "SUCCESS 1490 SUCCESS");
}

/// What the shop lets a page inside WeChat hand over.
async fn handover(stand_in: &FakeWechatPay) -> Value {
    let config = WechatPayConfig {
        merchant_id: MERCHANT.to_owned(),
        app_id: APP_ID.to_owned(),
        serial: MERCHANT_SERIAL.to_owned(),
        private_key: Secret::new(stand_in.merchant_key()),
        api_key: Secret::new(API_KEY),
        platform_keys: BTreeMap::from([(SERIALS[0].to_owned(), stand_in.public_key().to_owned())]),
        url: stand_in.url().parse().expect("an address"),
    };
    let wechat = WechatPay::try_new(&config, "https://store.test/".to_owned()).expect("a client");
    let now = Clock::default().now();
    let opening = Opening {
        payment_id: Uuid::from_u128(1),
        amount: Money::new(1_490, Currency::parse("CNY").expect("a currency")),
        return_url: None,
        payer_ref: Some("oUpF8u".to_owned()),
        due_at: None,
        now,
    };
    let opened = wechat.open(&opening).await.expect("it is prepared");
    opened.parameters.expect("something to hand over")
}
