//! A stand-in for Stripe on loopback: it keeps intents and refunds, answers a key once, tells what happened by signed events,
//! and loses its answers when tests want it to.

mod account;

use std::sync::{Arc, Mutex, MutexGuard};

use aws_lc_rs::hmac;
use data_encoding::HEXLOWER;
use poem::{
    Endpoint, EndpointExt, Request, Response, Route, Server,
    http::{Method, StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::{Value, json};

use self::account::Account;
use crate::TestApp;
use crate::fault::{Fault, NextFault};

/// Key of the account.
pub const SECRET_KEY: &str = "sk_test_of_the_stand_in";
/// Key that browsers use.
pub const PUBLISHABLE_KEY: &str = "pk_test_of_the_stand_in";
/// Key that signs its events.
pub const WEBHOOK_SECRET: &str = "whsec_of_the_stand_in";

/// A running stand-in; stops when dropped.
pub struct FakeStripe {
    url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    account: Mutex<Account>,
    fault: NextFault,
    calls: Mutex<Vec<String>>,
}

impl FakeStripe {
    /// Starts it on a free loopback port.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared::default());
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
            shared,
            server,
        }
    }

    /// Its address.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// A server of the same shop that uses it; money is taken at confirmation unless `more` says otherwise.
    pub async fn serve(&self, app: &TestApp, more: &[(&str, &str)]) -> TestApp {
        let mut settings = vec![
            ("VITRINE_STRIPE_SECRET_KEY", SECRET_KEY),
            ("VITRINE_STRIPE_PUBLISHABLE_KEY", PUBLISHABLE_KEY),
            ("VITRINE_STRIPE_WEBHOOK_SECRETS", WEBHOOK_SECRET),
            ("VITRINE_STRIPE_URL", self.url.as_str()),
        ];
        settings.extend_from_slice(more);
        app.start_beside(&settings).await
    }

    /// Lets the next call that changes something go wrong.
    pub fn set_fault(&self, fault: Fault) {
        self.shared.fault.set(fault);
    }

    /// The buyer pays in the browser.
    ///
    /// # Panics
    /// When the intent cannot be paid.
    pub fn pay(&self, intent: &str) {
        lock(&self.shared.account).pay(intent);
    }

    /// The buyer's bank says no.
    pub fn decline(&self, intent: &str, why: &str) {
        lock(&self.shared.account).decline(intent, why);
    }

    /// An intent is being worked on, or waits for the buyer again.
    pub fn set_busy(&self, intent: &str, is_busy: bool) {
        lock(&self.shared.account).set_busy(intent, is_busy);
    }

    /// The bank's promise behind an intent ends before it was taken.
    pub fn lapse(&self, intent: &str) {
        lock(&self.shared.account).lapse(intent);
    }

    /// Money of the next refunds takes its time.
    pub fn delay_refunds(&self) {
        lock(&self.shared.account).delay_refunds();
    }

    /// What became of refunds that took their time.
    pub fn end_refunds(&self, status: &str) {
        lock(&self.shared.account).end_refunds(status);
    }

    /// The bank takes the money of an intent back.
    pub fn dispute(&self, intent: &str) {
        lock(&self.shared.account).dispute(intent);
    }

    /// The shop wins its disputes.
    pub fn win_disputes(&self) {
        lock(&self.shared.account).win_disputes();
    }

    /// A day has passed since the calls so far.
    pub fn forget_keys(&self) {
        lock(&self.shared.account).forget_keys();
    }

    /// Intents so far, oldest first.
    #[must_use]
    pub fn intents(&self) -> Vec<Value> {
        lock(&self.shared.account).intents()
    }

    /// Refunds so far, oldest first.
    #[must_use]
    pub fn refunds(&self) -> Vec<Value> {
        lock(&self.shared.account).refunds()
    }

    /// Calls so far as `METHOD /path`, in order.
    #[must_use]
    pub fn calls(&self) -> Vec<String> {
        lock(&self.shared.calls).clone()
    }

    /// Events that were not taken yet, oldest first.
    #[must_use]
    pub fn take_events(&self) -> Vec<Value> {
        lock(&self.shared.account).take_events()
    }

    /// Brings all events to the shop in their order, and lets it work them off.
    ///
    /// # Panics
    /// When one is not taken.
    pub async fn deliver(&self, app: &TestApp) {
        for event in self.take_events() {
            assert_eq!(post(app, &event).await, StatusCode::OK, "{event}");
        }
        app.run_outbox_until_idle().await;
    }
}

impl Drop for FakeStripe {
    fn drop(&mut self) {
        self.server.abort();
    }
}

/// Brings one event to the shop, signed now.
pub async fn post(app: &TestApp, event: &Value) -> StatusCode {
    let body = event.to_string();
    let header = sign(WEBHOOK_SECRET, app.clock().now().timestamp(), &body);
    post_signed(app, &header, body).await
}

/// Brings a message to the shop with a signature of one's choice.
pub async fn post_signed(app: &TestApp, signature: &str, body: String) -> StatusCode {
    let request = Request::builder()
        .method(Method::POST)
        .uri_str("/webhooks/stripe")
        .header("stripe-signature", signature)
        .body(body);
    app.guest().call(request).await.status()
}

/// The value of `Stripe-Signature`.
#[must_use]
pub fn sign(secret: &str, timestamp: i64, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes());
    let tag = hmac::sign(&key, format!("{timestamp}.{body}").as_bytes());
    format!("t={timestamp},v1={}", HEXLOWER.encode(tag.as_ref()))
}

struct Handler(Arc<Shared>);

impl Endpoint for Handler {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let path = request.original_uri().path().to_owned();
        let method = request.method().clone();
        lock(&self.0.calls).push(format!("{method} {path}"));
        if request.header("authorization") != Some(&format!("Bearer {SECRET_KEY}")) {
            let error = json!({ "error": { "type": "invalid_request_error", "message": "Invalid API Key" } });
            return Ok(answer(StatusCode::UNAUTHORIZED, &error));
        }
        let key = request.header("idempotency-key").map(str::to_owned);
        let query = request
            .original_uri()
            .query()
            .unwrap_or_default()
            .to_owned();
        let body = request.take_body().into_string().await.unwrap_or_default();
        if method == Method::GET {
            let (status, body) = lock(&self.0.account).read(&path, &query);
            return Ok(answer(status, &body));
        }
        // As Stripe does: a call without a key is one of its own.
        let key = key.unwrap_or_else(|| format!("call {}", lock(&self.0.calls).len()));
        Ok(self.0.fault.strike(|| {
            let (status, body) = lock(&self.0.account).write(&path, &body, &key);
            answer(status, &body)
        }))
    }
}

fn answer(status: StatusCode, body: &Value) -> Response {
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, "application/json")
        .body(body.to_string())
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().expect("nobody panicked over it")
}
