//! A stand-in for Meilisearch on loopback: the part of its REST interface the shop uses, kept in memory, with faults
//! that tests switch on. Used unless `MEILI_TEST_URL` names a real one.

mod filter;
mod store;

use std::{
    sync::{Arc, Mutex, MutexGuard},
    time::Duration,
};

use poem::{
    Endpoint, EndpointExt, IntoResponse, Request, Response, Route, Server,
    http::{Method, StatusCode, header},
    listener::{Acceptor, Listener, TcpListener},
};
use serde_json::{Value, json};
use store::Store;

/// Key the stand-in accepts for everything, as `MEILI_MASTER_KEY`.
pub const MASTER_KEY: &str = "master-key-of-the-stand-in";

/// How the stand-in misbehaves.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Fault {
    /// It does not.
    #[default]
    None,
    /// Every request is answered with this status.
    Status(u16),
    /// Every answer comes this much later.
    Slow(Duration),
    /// Every answer is cut-off JSON.
    Garbage,
}

/// A running stand-in; stops when dropped.
pub struct FakeMeilisearch {
    url: String,
    shared: Arc<Shared>,
    server: tokio::task::JoinHandle<()>,
}

#[derive(Default)]
struct Shared {
    store: Mutex<Store>,
    fault: Mutex<Fault>,
    requests: Mutex<Vec<String>>,
}

impl FakeMeilisearch {
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

    /// Its address, as in `MEILI_URL`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Misbehaves from now on.
    pub fn set_fault(&self, fault: Fault) {
        *lock(&self.shared.fault) = fault;
    }

    /// Loses every index, as after a wiped disk; keys stay.
    pub fn wipe(&self) {
        lock(&self.shared.store).wipe();
    }

    /// Documents of an index by primary key; empty when there is no such index.
    #[must_use]
    pub fn documents(&self, index: &str) -> Vec<Value> {
        lock(&self.shared.store).documents(index)
    }

    /// Names of the indexes there are, sorted.
    #[must_use]
    pub fn indexes(&self) -> Vec<String> {
        lock(&self.shared.store).index_names()
    }

    /// Settings of an index as they were last sent.
    #[must_use]
    pub fn settings(&self, index: &str) -> Value {
        lock(&self.shared.store).settings(index)
    }

    /// Requests so far as `METHOD /path`, in order.
    #[must_use]
    pub fn requests(&self) -> Vec<String> {
        lock(&self.shared.requests).clone()
    }
}

impl Drop for FakeMeilisearch {
    fn drop(&mut self) {
        self.server.abort();
    }
}

struct Handler(Arc<Shared>);

impl Endpoint for Handler {
    type Output = Response;

    async fn call(&self, mut request: Request) -> poem::Result<Response> {
        let path = request.original_uri().path().to_owned();
        lock(&self.0.requests).push(format!("{} {path}", request.method()));
        let fault = *lock(&self.0.fault);
        match fault {
            Fault::None => {}
            Fault::Status(status) => {
                let status =
                    StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
                let body =
                    json!({"message": "fault", "code": "internal", "type": "internal", "link": ""});
                return Ok(answer(status, &body));
            }
            Fault::Slow(delay) => tokio::time::sleep(delay).await,
            Fault::Garbage => {
                return Ok(Response::builder()
                    .content_type("application/json")
                    .body("{\"hits\": [{"));
            }
        }
        if path != "/health" && !lock(&self.0.store).knows_key(bearer(&request)) {
            let body = json!({"message": "The provided API key is invalid.", "code": "invalid_api_key", "type": "auth", "link": ""});
            return Ok(answer(StatusCode::FORBIDDEN, &body));
        }
        let text = request.take_body().into_string().await.unwrap_or_default();
        let body = read_body(&text);
        let query = request.uri().query().unwrap_or_default().to_owned();
        let method = request.method().clone();
        let (status, body) = route(&mut lock(&self.0.store), &method, &path, &query, &body);
        Ok(answer(status, &body))
    }
}

/// JSON, or one document a line (`application/x-ndjson`) as an array.
fn read_body(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|_| {
        let lines: Vec<Value> = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok())
            .collect();
        if lines.is_empty() {
            Value::Null
        } else {
            Value::Array(lines)
        }
    })
}

fn route(
    store: &mut Store,
    method: &Method,
    path: &str,
    query: &str,
    body: &Value,
) -> (StatusCode, Value) {
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    match (method.as_str(), segments.as_slice()) {
        ("GET", ["health"]) => (StatusCode::OK, json!({"status": "available"})),
        ("GET", ["version"]) => (
            StatusCode::OK,
            json!({"commitSha": "stand-in", "commitDate": "stand-in", "pkgVersion": "1.50.0"}),
        ),
        ("POST", ["keys"]) => (StatusCode::CREATED, store.create_key(body)),
        ("GET", ["keys"]) => (StatusCode::OK, store.keys()),
        ("DELETE", ["keys", key]) => (StatusCode::NO_CONTENT, store.delete_key(key)),
        ("POST", ["indexes"]) => accepted(store.create_index(body)),
        ("GET", ["indexes"]) => (StatusCode::OK, store.list_indexes()),
        ("GET", ["indexes", index]) => found(store.index_info(index), "index_not_found"),
        ("DELETE", ["indexes", index]) => accepted(store.delete_index(index)),
        ("GET", ["indexes", index, "stats"]) => found(store.stats(index), "index_not_found"),
        ("GET", ["stats"]) => (StatusCode::OK, store.all_stats()),
        ("PATCH", ["indexes", index, "settings"]) => accepted(store.update_settings(index, body)),
        ("PUT" | "PATCH" | "POST", ["indexes", index, "settings", name]) => {
            accepted(store.update_settings(index, &json!({ camel(name): body })))
        }
        ("GET", ["indexes", index, "settings"]) => (StatusCode::OK, store.settings(index)),
        ("POST", ["indexes", index, "documents"]) => {
            accepted(store.write_documents(index, query, body, false))
        }
        ("PUT", ["indexes", index, "documents"]) => {
            accepted(store.write_documents(index, query, body, true))
        }
        ("POST", ["indexes", index, "documents", "delete-batch"]) => {
            accepted(store.delete_documents(index, body))
        }
        ("POST", ["indexes", index, "documents", "delete"]) => {
            accepted(store.delete_by_filter(index, body))
        }
        ("DELETE", ["indexes", index, "documents"]) => accepted(store.delete_all(index)),
        ("DELETE", ["indexes", index, "documents", id]) => {
            accepted(store.delete_documents(index, &json!([id])))
        }
        ("GET", ["indexes", index, "documents", id]) => {
            found(store.document(index, id), "document_not_found")
        }
        ("POST", ["indexes", index, "search"]) => searched(store.search(index, body)),
        ("POST", ["multi-search"]) => searched(store.multi_search(body)),
        ("POST", ["swap-indexes"]) => accepted(store.swap(body)),
        ("GET", ["tasks", uid]) => found(store.task(uid), "task_not_found"),
        ("GET", ["tasks"]) => (StatusCode::OK, store.tasks()),
        _ => failure(
            StatusCode::NOT_FOUND,
            "not_found",
            &format!("the stand-in does not know {method} {path}"),
        ),
    }
}

fn camel(name: &str) -> String {
    let mut words = name.split('-');
    let first = words.next().unwrap_or_default().to_owned();
    words.fold(first, |text, word| {
        let (head, tail) = word.split_at(1.min(word.len()));
        text + &head.to_uppercase() + tail
    })
}

fn accepted(task: Value) -> (StatusCode, Value) {
    (StatusCode::ACCEPTED, task)
}

fn found(value: Option<Value>, code: &str) -> (StatusCode, Value) {
    value.map_or_else(
        || failure(StatusCode::NOT_FOUND, code, "not found"),
        |value| (StatusCode::OK, value),
    )
}

fn searched(result: Result<Value, store::Refusal>) -> (StatusCode, Value) {
    match result {
        Ok(value) => (StatusCode::OK, value),
        Err(store::Refusal::NoIndex) => {
            failure(StatusCode::NOT_FOUND, "index_not_found", "Index not found.")
        }
        Err(store::Refusal::BadFilter(message)) => {
            failure(StatusCode::BAD_REQUEST, "invalid_search_filter", &message)
        }
    }
}

fn failure(status: StatusCode, code: &str, message: &str) -> (StatusCode, Value) {
    (
        status,
        json!({"message": message, "code": code, "type": "invalid_request", "link": ""}),
    )
}

fn bearer(request: &Request) -> &str {
    request
        .header(header::AUTHORIZATION)
        .and_then(|value| value.strip_prefix("Bearer "))
        .unwrap_or_default()
}

fn answer(status: StatusCode, body: &Value) -> Response {
    Response::builder()
        .status(status)
        .content_type("application/json")
        .body(if status == StatusCode::NO_CONTENT {
            String::new()
        } else {
            body.to_string()
        })
        .into_response()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no request of the stand-in panics")
}
