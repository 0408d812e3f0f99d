//! A stand-in for WeChat Pay on loopback: it checks the signatures of the shop, keeps transactions, and signs and seals what
//! it says.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, MutexGuard},
};

use api::payment::rsa::{SigningKey, VerifyingKey};
use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, Nonce, UnboundKey};
use data_encoding::BASE64;
use poem::{
    Endpoint, EndpointExt, Request, Response, Route, Server,
    http::{Method, StatusCode},
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::{Value, json};

use crate::TestApp;
use crate::alipay::pair;
use crate::fault::{Fault, NextFault};

/// The merchant.
pub const MERCHANT: &str = "1900000001";
/// The merchant's app.
pub const APP_ID: &str = "wx8888888888888888";
/// Serial of the merchant's certificate.
pub const MERCHANT_SERIAL: &str = "5157F09EFDC096DE15EBE81A47057A72";
/// Key with which messages are sealed.
pub const API_KEY: &str = "0123456789abcdef0123456789abcdef";
/// A buyer of another app.
pub const STRANGER: &str = "o_stranger";
/// Serials of the stand-in's keys, the older one first.
pub const SERIALS: [&str; 2] = [
    "7132D72A03E93CDDF8C03BBD1F37EEDF",
    "PUB_KEY_ID_0119000000012026",
];

/// A running stand-in; stops when dropped.
pub struct FakeWechatPay {
    url: String,
    merchant_key: String,
    public_keys: [String; 2],
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    merchant: VerifyingKey,
    own: [SigningKey; 2],
    transactions: Mutex<BTreeMap<String, Transaction>>,
    fault: NextFault,
    forgets_signature: Mutex<bool>,
    refunds_take_time: Mutex<bool>,
}

struct Transaction {
    state: &'static str,
    total: i64,
    /// What goes back, by the number of the refund.
    refunds: BTreeMap<String, (i64, &'static str)>,
}

/// A notification: its headers and its body.
pub struct Notification {
    /// Headers by name.
    pub headers: Vec<(&'static str, String)>,
    /// Body.
    pub body: String,
}

impl FakeWechatPay {
    /// Starts it on a free loopback port, with new keys on both sides.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let (merchant_key, merchant_public_key) = pair();
        let own = [pair(), pair()];
        let shared = Arc::new(Shared {
            merchant: VerifyingKey::parse(&merchant_public_key).expect("a key"),
            own: own
                .clone()
                .map(|(key, _)| SigningKey::parse(&key).expect("a key")),
            transactions: Mutex::default(),
            fault: NextFault::default(),
            forgets_signature: Mutex::default(),
            refunds_take_time: Mutex::default(),
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
            let app = Route::new().at("/*path", handler.boxed());
            let _ = Server::new_with_acceptor(acceptor).run(app).await;
        });
        Self {
            url: format!("http://{address}"),
            merchant_key,
            public_keys: own.map(|(_, public_key)| public_key),
            shared,
            server,
        }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The merchant's private key.
    #[must_use]
    pub fn merchant_key(&self) -> &str {
        &self.merchant_key
    }

    /// The public key of the first of [`SERIALS`].
    #[must_use]
    pub fn public_key(&self) -> &str {
        &self.public_keys[0]
    }

    /// A server of the same shop that uses it.
    ///
    /// # Panics
    /// When its file cannot be written.
    pub async fn serve(&self, app: &TestApp) -> TestApp {
        let path = app.dir().join("wechat-pay.json");
        let file = json!({ "merchantId": MERCHANT, "appId": APP_ID, "serial": MERCHANT_SERIAL,
            "privateKey": self.merchant_key, "apiKey": API_KEY, "url": self.url,
            "platformKeys": { SERIALS[0]: self.public_keys[0], SERIALS[1]: self.public_keys[1] } });
        std::fs::write(&path, file.to_string()).expect("a file can be written");
        let path = path.to_str().expect("a UTF-8 path");
        app.start_beside(&[("VITRINE_WECHAT_PAY_FILE", path)]).await
    }

    /// The buyer scans a code and pays; answers the number of the transaction.
    ///
    /// # Panics
    /// When it cannot be paid.
    #[must_use]
    pub fn pay(&self, code: &str) -> String {
        let number = code.rsplit('=').next().expect("a number").to_owned();
        let mut transactions = lock(&self.shared.transactions);
        let transaction = transactions.get_mut(&number).expect("a transaction");
        assert_eq!(transaction.state, "NOTPAY", "{number} cannot be paid");
        transaction.state = "SUCCESS";
        number
    }

    /// Whether the buyer can pay with what a page inside WeChat hands over: prepared here, and signed by the merchant.
    #[must_use]
    pub fn takes(&self, handover: &Value) -> bool {
        let part = |name: &str| handover[name].as_str().unwrap_or_default().to_owned();
        let [app, timestamp, nonce, package] =
            ["appId", "timeStamp", "nonceStr", "package"].map(part);
        let number = package.rsplit('=').next().unwrap_or_default();
        let text = format!("{app}\n{timestamp}\n{nonce}\n{package}\n");
        app == APP_ID
            && part("signType") == "RSA"
            && lock(&self.shared.transactions).contains_key(number)
            && self
                .shared
                .merchant
                .verifies(text.as_bytes(), &part("paySign"))
    }

    /// Where a transaction stands.
    #[must_use]
    pub fn state(&self, code: &str) -> &'static str {
        let number = code.rsplit('=').next().unwrap_or_default();
        lock(&self.shared.transactions)[number].state
    }

    /// How many transactions were opened.
    #[must_use]
    pub fn opened(&self) -> usize {
        lock(&self.shared.transactions).len()
    }

    /// Lets the next call that changes something go wrong.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.fault.set(fault);
    }

    /// Somebody in between answers the next request.
    pub fn forget_signature(&self) {
        *lock(&self.shared.forgets_signature) = true;
    }

    /// Money of the next refunds takes its time.
    pub fn delay_refunds(&self) {
        *lock(&self.shared.refunds_take_time) = true;
    }

    /// All refunds of a transaction arrive.
    pub fn end_refunds(&self, number: &str) {
        *lock(&self.shared.refunds_take_time) = false;
        if let Some(transaction) = lock(&self.shared.transactions).get_mut(number) {
            for (_, status) in transaction.refunds.values_mut() {
                *status = "SUCCESS";
            }
        }
    }

    /// What goes back of a transaction, refund by refund: number and fen.
    #[must_use]
    pub fn refunds(&self, number: &str) -> Vec<(String, i64)> {
        let transactions = lock(&self.shared.transactions);
        let refunds = transactions[number].refunds.iter();
        refunds
            .map(|(number, (fen, _))| (number.clone(), *fen))
            .collect()
    }

    /// A notification of a transaction that was paid, signed at an instant with the key of one of [`SERIALS`].
    #[must_use]
    pub fn paid(&self, number: &str, key: usize, signed_at: i64) -> Notification {
        let total = lock(&self.shared.transactions)[number].total;
        let told = json!({ "mchid": MERCHANT, "out_trade_no": number, "trade_state": "SUCCESS",
            "success_time": "2026-11-22T20:00:00+08:00",
            "amount": { "total": total, "payer_total": total, "currency": "CNY", "payer_currency": "CNY" } });
        self.notification("TRANSACTION.SUCCESS", &told, key, signed_at)
    }

    /// A notification of a refund that arrived.
    #[must_use]
    pub fn refunded(&self, number: &str, refund: &str, signed_at: i64) -> Notification {
        let transactions = lock(&self.shared.transactions);
        let transaction = &transactions[number];
        let told = json!({ "mchid": MERCHANT, "out_trade_no": number, "out_refund_no": refund, "refund_status": "SUCCESS",
            "success_time": "2026-11-22T20:10:00+08:00",
            "amount": { "total": transaction.total, "refund": transaction.refunds[refund].0 } });
        self.notification("REFUND.SUCCESS", &told, 1, signed_at)
    }

    fn notification(&self, kind: &str, told: &Value, key: usize, signed_at: i64) -> Notification {
        let nonce = "abcdefghijkl";
        let sealed = seal(&told.to_string(), nonce, "transaction");
        let body = json!({ "id": format!("{kind} {signed_at}"), "create_time": "2026-11-22T20:00:01+08:00",
            "event_type": kind, "resource_type": "encrypt-resource", "resource": { "algorithm": "AEAD_AES_256_GCM",
            "ciphertext": sealed, "nonce": nonce, "associated_data": "transaction" } })
        .to_string();
        let headers = self.shared.headers(key, signed_at, &body);
        Notification { headers, body }
    }
}

impl Drop for FakeWechatPay {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Brings a notification to the shop.
pub async fn notify(app: &TestApp, notification: &Notification) -> StatusCode {
    let mut request = Request::builder()
        .method(Method::POST)
        .uri_str("/webhooks/wechat_pay")
        .content_type("application/json");
    for (name, value) in &notification.headers {
        request = request.header(*name, value);
    }
    let request = request.body(notification.body.clone());
    app.guest().call(request).await.status()
}

fn seal(text: &str, nonce: &str, associated: &str) -> String {
    let key = UnboundKey::new(&AES_256_GCM, API_KEY.as_bytes()).expect("a key");
    let nonce = Nonce::try_assume_unique_for_key(nonce.as_bytes()).expect("a nonce");
    let mut content = text.as_bytes().to_vec();
    LessSafeKey::new(key)
        .seal_in_place_append_tag(nonce, Aad::from(associated.as_bytes()), &mut content)
        .expect("it can be sealed");
    BASE64.encode(&content)
}

impl Shared {
    fn headers(&self, key: usize, timestamp: i64, body: &str) -> Vec<(&'static str, String)> {
        let text = format!("{timestamp}\nnonce\n{body}\n");
        let signature = self.own[key].sign(&text).expect("a signature");
        vec![
            ("wechatpay-timestamp", timestamp.to_string()),
            ("wechatpay-nonce", "nonce".to_owned()),
            ("wechatpay-signature", signature),
            ("wechatpay-serial", SERIALS[key].to_owned()),
        ]
    }

    /// When a request was signed, if the merchant signed it.
    fn signed_at(&self, method: &Method, target: &str, body: &str, header: &str) -> Option<i64> {
        let parts: BTreeMap<&str, &str> = header
            .strip_prefix("WECHATPAY2-SHA256-RSA2048 ")?
            .split(',')
            .filter_map(|part| part.split_once('='))
            .map(|(name, value)| (name, value.trim_matches('"')))
            .collect();
        let (timestamp, nonce) = (parts["timestamp"], parts["nonce_str"]);
        let text = format!("{method}\n{target}\n{timestamp}\n{nonce}\n{body}\n");
        let is_signed = parts["mchid"] == MERCHANT
            && parts["serial_no"] == MERCHANT_SERIAL
            && self.merchant.verifies(text.as_bytes(), parts["signature"]);
        is_signed.then(|| timestamp.parse().ok())?
    }

    fn signed_answer(&self, path: &str, content: &Value, signed_at: i64) -> Response {
        let (status, told) = self.answer(path, content);
        let said = if told.is_null() {
            String::new()
        } else {
            told.to_string()
        };
        let mut response = Response::builder().status(status);
        if !std::mem::take(&mut *lock(&self.forgets_signature)) {
            for (name, value) in self.headers(0, signed_at, &said) {
                response = response.header(name, value);
            }
        }
        response.body(said)
    }

    fn answer(&self, path: &str, content: &Value) -> (StatusCode, Value) {
        let mut transactions = lock(&self.transactions);
        let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
        match segments.as_slice() {
            ["v3", "pay", "transactions", kind @ ("native" | "jsapi")] => {
                let number = text(&content["out_trade_no"]);
                let payer = content["payer"]["openid"].as_str();
                if payer.is_some() != (*kind == "jsapi") {
                    return refused(400, "PARAM_ERROR");
                }
                if payer == Some(STRANGER) {
                    return refused(400, "APPID_MCHID_NOT_MATCH");
                }
                transactions.entry(number.clone()).or_insert(Transaction {
                    state: "NOTPAY",
                    total: content["amount"]["total"].as_i64().expect("fen"),
                    refunds: BTreeMap::new(),
                });
                let told = match payer {
                    Some(_) => json!({ "prepay_id": format!("wx=={number}") }),
                    None => json!({ "code_url": format!("weixin://wxpay/bizpayurl?pr={number}") }),
                };
                (StatusCode::OK, told)
            }
            ["v3", "pay", "transactions", "out-trade-no", number, "close"] => {
                match transactions.get_mut(*number) {
                    None => refused(404, "ORDER_NOT_EXIST"),
                    Some(transaction) if transaction.state == "SUCCESS" => {
                        refused(400, "ORDERPAID")
                    }
                    Some(transaction) => {
                        transaction.state = "CLOSED";
                        (StatusCode::NO_CONTENT, Value::Null)
                    }
                }
            }
            ["v3", "pay", "transactions", "out-trade-no", number] => {
                match transactions.get(*number) {
                    None => refused(404, "ORDER_NOT_EXIST"),
                    Some(transaction) => (
                        StatusCode::OK,
                        json!({ "mchid": MERCHANT, "out_trade_no": number, "trade_state": transaction.state,
                        "amount": { "total": transaction.total, "currency": "CNY" } }),
                    ),
                }
            }
            ["v3", "refund", "domestic", "refunds"] => self.refund(&mut transactions, content),
            _ => refused(404, "NOT_FOUND"),
        }
    }

    fn refund(
        &self,
        transactions: &mut BTreeMap<String, Transaction>,
        content: &Value,
    ) -> (StatusCode, Value) {
        let (number, refund) = (
            text(&content["out_trade_no"]),
            text(&content["out_refund_no"]),
        );
        let transaction = transactions.get_mut(&number).expect("a transaction");
        let fen = content["amount"]["refund"].as_i64().expect("fen");
        if content["amount"]["total"] != transaction.total {
            return refused(400, "INVALID_REQUEST");
        }
        let status = if *lock(&self.refunds_take_time) {
            "PROCESSING"
        } else {
            "SUCCESS"
        };
        let kept = transaction.refunds.entry(refund.clone());
        let (fen, status) = *kept.or_insert((fen, status));
        let told = json!({ "out_trade_no": number, "out_refund_no": refund, "status": status,
            "amount": { "total": transaction.total, "refund": fen } });
        (StatusCode::OK, told)
    }
}

struct Handler(Arc<Shared>);

impl Endpoint for Handler {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let uri = request.original_uri().clone();
        let target = uri.path_and_query().map_or("/", |target| target.as_str());
        let header = request
            .header("authorization")
            .unwrap_or_default()
            .to_owned();
        let method = request.method().clone();
        let body = request.take_body().into_string().await.unwrap_or_default();
        let Some(signed_at) = self.0.signed_at(&method, target, &body, &header) else {
            return Ok(StatusCode::UNAUTHORIZED.into());
        };
        let content = serde_json::from_str(&body).unwrap_or_default();
        let answer = || self.0.signed_answer(uri.path(), &content, signed_at);
        Ok(match method {
            Method::GET => answer(),
            _ => self.0.fault.strike(answer),
        })
    }
}

fn refused(status: u16, code: &str) -> (StatusCode, Value) {
    let status = StatusCode::from_u16(status).expect("a status");
    (status, json!({ "code": code, "message": code }))
}

fn text(value: &Value) -> String {
    value.as_str().expect("text").to_owned()
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("nobody panicked over it")
}
