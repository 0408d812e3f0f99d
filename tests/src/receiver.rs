//! A receiver of webhooks on loopback that writes down what comes and answers as it is told.

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use poem::{
    Request, Response, Server,
    endpoint::make,
    http::{StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::Value;

/// One request as it came.
#[derive(Debug, Clone)]
pub struct Received {
    /// `webhook-id`.
    pub id: String,
    /// `webhook-timestamp`.
    pub timestamp: String,
    /// `webhook-signature`.
    pub signature: String,
    /// The body, byte for byte.
    pub text: String,
}

impl Received {
    /// The body as JSON.
    ///
    /// # Panics
    /// When it is none.
    #[must_use]
    pub fn body(&self) -> Value {
        serde_json::from_str(&self.text).expect("the body is JSON")
    }
}

/// A running receiver; stops when dropped.
pub struct Receiver {
    url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

struct Shared {
    seen: Mutex<Vec<Received>>,
    answer: Mutex<(u16, Duration)>,
}

impl Receiver {
    /// Starts one that takes everything.
    ///
    /// # Panics
    /// When no port can be had.
    pub async fn start() -> Self {
        let shared = Arc::new(Shared {
            seen: Mutex::default(),
            answer: Mutex::new((204, Duration::ZERO)),
        });
        let acceptor = TcpListener::bind("127.0.0.1:0")
            .into_acceptor()
            .await
            .expect("a loopback port");
        let address = acceptor.local_addr()[0]
            .as_socket_addr()
            .copied()
            .expect("a socket address");
        let kept = Arc::clone(&shared);
        let endpoint = make(move |request| take(Arc::clone(&kept), request));
        let server = tokio::spawn(async move {
            let _ = Server::new_with_acceptor(acceptor).run(endpoint).await;
        });
        Self {
            url: format!("http://{address}/in"),
            shared,
            server,
        }
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What came so far.
    #[must_use]
    pub fn seen(&self) -> Vec<Received> {
        lock(&self.shared.seen).clone()
    }

    /// Answers with this status from now on; a redirect leads back to itself.
    pub fn answer(&self, status: u16) {
        lock(&self.shared.answer).0 = status;
    }

    /// Takes so long to answer from now on.
    pub fn answer_after(&self, delay: Duration) {
        lock(&self.shared.answer).1 = delay;
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.server.abort();
    }
}

async fn take(shared: Arc<Shared>, request: Request) -> Response {
    let header = |name: &str| request.header(name).unwrap_or_default().to_owned();
    let (id, timestamp, signature) = (
        header("webhook-id"),
        header("webhook-timestamp"),
        header("webhook-signature"),
    );
    let text = request.into_body().into_string().await.unwrap_or_default();
    lock(&shared.seen).push(Received {
        id,
        timestamp,
        signature,
        text,
    });
    let (status, delay) = *lock(&shared.answer);
    tokio::time::sleep(delay).await;
    Response::builder()
        .status(StatusCode::from_u16(status).expect("a status"))
        .header(header::LOCATION, "/in")
        .finish()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic under the lock")
}
