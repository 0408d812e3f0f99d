//! A stand-in for Alipay on loopback: it checks the signatures of the shop, keeps trades, and signs what it says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use api::payment::rsa::{SigningKey, VerifyingKey};
use aws_lc_rs::{
    encoding::{AsDer, Pkcs8V1Der, PublicKeyX509Der},
    rsa::{KeyPair, KeySize},
    signature::KeyPair as _,
};
use data_encoding::BASE64;
use poem::{
    Endpoint, EndpointExt, Request, Response, Route, Server,
    http::{Method, StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::{Value, json};

use crate::TestApp;
use crate::fault::{Fault, NextFault};

/// The merchant's application.
pub const APP_ID: &str = "2021000000000001";

type Parameters = BTreeMap<String, String>;

/// A running stand-in; stops when dropped.
pub struct FakeAlipay {
    url: String,
    merchant_key: String,
    alipay_public_key: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    merchant: VerifyingKey,
    own: SigningKey,
    trades: Mutex<BTreeMap<String, Trade>>,
    fault: NextFault,
}

struct Trade {
    status: &'static str,
    total: String,
    /// What went back, by the number of the request.
    refunds: BTreeMap<String, String>,
}

impl FakeAlipay {
    /// Starts it on a free loopback port, with new keys on both sides.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let (merchant_key, merchant_public_key) = pair();
        let (own_key, alipay_public_key) = pair();
        let shared = Arc::new(Shared {
            merchant: VerifyingKey::parse(&merchant_public_key).expect("a key"),
            own: SigningKey::parse(&own_key).expect("a key"),
            trades: Mutex::default(),
            fault: NextFault::default(),
        });
        let acceptor = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .expect("a loopback port");
        let address = acceptor.local_addr()[0]
            .as_socket_addr()
            .copied()
            .expect("a socket address");
        let handler = Handler(Arc::clone(&shared));
        let server = tokio::spawn(async move {
            let app = Route::new().at("/gateway.do", handler.boxed());
            let _ = Server::new_with_acceptor(acceptor).run(app).await;
        });
        Self {
            url: format!("http://{address}/gateway.do"),
            merchant_key,
            alipay_public_key,
            shared,
            server,
        }
    }

    /// Address of the gateway.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The merchant's private key, as Alipay's tools print it.
    #[must_use]
    pub fn merchant_key(&self) -> &str {
        &self.merchant_key
    }

    /// The public key of the stand-in, as Alipay's console shows it.
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.alipay_public_key
    }

    /// A server of the same shop that uses it.
    pub async fn serve(&self, app: &TestApp) -> TestApp {
        let path = app.dir().join("alipay.json");
        let file = json!({ "appId": APP_ID, "privateKey": self.merchant_key,
            "alipayPublicKey": self.alipay_public_key, "gateway": self.url });
        std::fs::write(&path, file.to_string()).expect("a file can be written");
        let path = path.to_str().expect("a UTF-8 path");
        app.start_beside(&[("VITRINE_ALIPAY_FILE", path)]).await
    }

    /// The buyer pays on the page of this address; answers the number of the trade.
    ///
    /// # Panics
    /// When the merchant did not sign it.
    #[must_use]
    pub fn pay(&self, page: &str) -> String {
        let address = reqwest::Url::parse(page).expect("an address");
        let parameters: Parameters = address.query_pairs().into_owned().collect();
        assert!(self.shared.is_signed(&parameters), "{page}");
        assert_eq!(parameters["method"], "alipay.trade.page.pay");
        let content = content(&parameters);
        let number = text(&content["out_trade_no"]);
        let trade = Trade {
            status: "TRADE_SUCCESS",
            total: text(&content["total_amount"]),
            refunds: BTreeMap::new(),
        };
        lock(&self.shared.trades).insert(number.clone(), trade);
        number
    }

    /// Lets the next call that changes something go wrong.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.fault.set(fault);
    }

    /// What went back of a trade, request by request.
    #[must_use]
    pub fn refunds(&self, number: &str) -> Vec<String> {
        let trades = lock(&self.shared.trades);
        trades[number].refunds.values().cloned().collect()
    }

    /// The signed parameters of a notification about a trade; `more` stands instead of or beside the usual ones.
    #[must_use]
    pub fn notification(&self, number: &str, more: &[(&str, &str)]) -> Parameters {
        let trades = lock(&self.shared.trades);
        let trade = &trades[number];
        let mut parameters: Parameters = [
            ("app_id", APP_ID),
            ("notify_id", "notify-1"),
            ("notify_type", "trade_status_sync"),
            ("notify_time", "2026-11-22 12:00:00"),
            ("subject", "灯 & Lampe"),
            ("out_trade_no", number),
            ("trade_status", trade.status),
            ("total_amount", &trade.total),
        ]
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
        let signature = self
            .shared
            .own
            .sign(&signed_text(&parameters, &[]))
            .expect("a signature");
        parameters.insert("sign".to_owned(), signature);
        parameters.insert("sign_type".to_owned(), "RSA2".to_owned());
        parameters
    }
}

impl Drop for FakeAlipay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Brings a notification to the shop; answers the status and the words it is answered with.
pub async fn notify(app: &TestApp, parameters: &Parameters) -> (StatusCode, String) {
    let mut form = reqwest::Url::parse("http://form/").expect("an address");
    form.query_pairs_mut().extend_pairs(parameters);
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/webhooks/alipay")
        .content_type("application/x-www-form-urlencoded; charset=utf-8")
        .body(form.query().unwrap_or_default().to_owned());
    let answer = app.guest().call(request).await;
    let status = answer.status();
    (
        status,
        answer.into_body().into_string().await.expect("text"),
    )
}

impl Shared {
    fn is_signed(&self, parameters: &Parameters) -> bool {
        let signature = parameters.get("sign").map_or("", String::as_str);
        let text = signed_text(parameters, &["sign"]);
        self.merchant.verifies(text.as_bytes(), signature)
    }

    fn signed_answer(&self, parameters: &Parameters) -> Response {
        let said = self.answer(parameters).to_string();
        let name = parameters["method"].replace('.', "_");
        let sign = self.own.sign(&said).expect("a signature");
        Response::builder()
            .header(header::CONTENT_TYPE, "text/html;charset=utf-8")
            .body(format!(
                "{{\"{name}_response\":{said},\"sign\":\"{sign}\"}}"
            ))
    }

    fn answer(&self, parameters: &Parameters) -> Value {
        if !self.is_signed(parameters) {
            return json!({ "code": "40002", "msg": "Invalid Arguments", "sub_code": "isv.invalid-signature" });
        }
        let content = content(parameters);
        let number = text(&content["out_trade_no"]);
        let mut trades = lock(&self.trades);
        let Some(trade) = trades.get_mut(&number) else {
            return refused("ACQ.TRADE_NOT_EXIST");
        };
        match parameters["method"].as_str() {
            "alipay.trade.query" => {
                json!({ "code": "10000", "msg": "Success", "out_trade_no": number,
                "trade_status": trade.status, "total_amount": trade.total })
            }
            "alipay.trade.close" => refused("ACQ.TRADE_STATUS_ERROR"),
            "alipay.trade.refund" => {
                let request = text(&content["out_request_no"]);
                let amount = text(&content["refund_amount"]);
                let is_new = trade.refunds.insert(request, amount.clone()).is_none();
                json!({ "code": "10000", "msg": "Success", "out_trade_no": number,
                    "fund_change": if is_new { "Y" } else { "N" }, "refund_fee": amount })
            }
            "alipay.trade.fastpay.refund.query" => {
                let request = text(&content["out_request_no"]);
                let is_known = trade.refunds.contains_key(&request);
                json!({ "code": "10000", "msg": "Success", "refund_status": is_known.then_some("REFUND_SUCCESS") })
            }
            method => json!({ "code": "40004", "msg": "Business Failed", "sub_code": method }),
        }
    }
}

struct Handler(Arc<Shared>);

impl Endpoint for Handler {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let body = request.take_body().into_string().await.unwrap_or_default();
        // The vendor's library puts some of the parameters into the address.
        let query = request.original_uri().query().unwrap_or_default();
        let form = reqwest::Url::parse(&format!("http://form/?{query}&{body}")).expect("a form");
        let parameters: Parameters = form
            .query_pairs()
            .into_owned()
            .filter(|(name, _)| !name.is_empty())
            .collect();
        let answer = || self.0.signed_answer(&parameters);
        let asks_only = parameters["method"].rsplit('.').next() == Some("query");
        Ok(if asks_only {
            answer()
        } else {
            self.0.fault.strike(answer)
        })
    }
}

fn refused(why: &str) -> Value {
    json!({ "code": "40004", "msg": "Business Failed", "sub_code": why, "sub_msg": why })
}

fn content(parameters: &Parameters) -> Value {
    serde_json::from_str(&parameters["biz_content"]).expect("JSON")
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn signed_text(parameters: &Parameters, without: &[&str]) -> String {
    let signed = parameters
        .iter()
        .filter(|(name, value)| !without.contains(&name.as_str()) && !value.is_empty());
    let signed: Vec<String> = signed
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    signed.join("&")
}

/// A new key pair: the private key and the public one, as base64.
pub(crate) fn pair() -> (String, String) {
    let pair = KeyPair::generate(KeySize::Rsa2048).expect("a key");
    let private: Pkcs8V1Der<'_> = pair.as_der().expect("a key");
    let public: PublicKeyX509Der<'_> = pair.public_key().as_der().expect("a key");
    (
        BASE64.encode(private.as_ref()),
        BASE64.encode(public.as_ref()),
    )
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("nobody panicked over it")
}
