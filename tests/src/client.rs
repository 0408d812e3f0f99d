//! A GraphQL client that talks to the app in process and does not let an unexpected error pass.

use std::sync::Arc;

use poem::{
    Endpoint, Request, Response,
    endpoint::BoxEndpoint,
    http::{Method, StatusCode, header},
};
use serde_json::{Value, json};

use crate::events::Events;

/// Speaks for one caller; cheap to clone.
#[derive(Clone)]
pub struct Client {
    endpoint: Arc<BoxEndpoint<'static, Response>>,
    headers: Vec<(String, String)>,
    account: Option<Account>,
}

/// Who is logged in.
#[derive(Clone)]
struct Account {
    id: String,
    sign: Arc<dyn Fn() -> String + Send + Sync>,
}

impl Client {
    /// A guest's client.
    #[must_use]
    pub fn new(endpoint: Arc<BoxEndpoint<'static, Response>>) -> Self {
        Self {
            endpoint,
            headers: Vec::new(),
            account: None,
        }
    }

    /// The same, logged in: `sign` makes a fresh access token for each request.
    #[must_use]
    pub fn with_account(
        &self,
        id: &str,
        sign: impl Fn() -> String + Send + Sync + 'static,
    ) -> Self {
        let mut client = self.clone();
        client.account = Some(Account {
            id: id.to_owned(),
            sign: Arc::new(sign),
        });
        client
    }

    /// Global id of the account that is logged in.
    ///
    /// # Panics
    /// For a guest.
    #[must_use]
    pub fn account_id(&self) -> &str {
        &self.account.as_ref().expect("somebody is logged in").id
    }

    /// A fresh access token of the account that is logged in, for requests another server answers.
    ///
    /// # Panics
    /// For a guest.
    #[must_use]
    pub fn access_token(&self) -> String {
        (self.account.as_ref().expect("somebody is logged in").sign)()
    }

    /// The same with one more header on every request.
    #[must_use]
    pub fn with_header(&self, name: &str, value: &str) -> Self {
        let mut client = self.clone();
        client
            .headers
            .retain(|(known, _)| !known.eq_ignore_ascii_case(name));
        client.headers.push((name.to_owned(), value.to_owned()));
        client
    }

    /// The same with an access token or API key.
    #[must_use]
    pub fn with_token(&self, token: &str) -> Self {
        let mut client = self.with_header("authorization", &format!("Bearer {token}"));
        client.account = None;
        client
    }

    /// Sends a document that must succeed and returns its `data`.
    ///
    /// # Panics
    /// On any top-level error and on any `userErrors`; also when a mutation does not select `userErrors`.
    pub async fn run(&self, document: &str, variables: Value) -> Value {
        assert!(
            !document.trim_start().starts_with("mutation") || document.contains("userErrors"),
            "a mutation of a test must select userErrors: {document}"
        );
        self.send(document, variables).await.ok()
    }

    /// Sends a document and returns whatever was answered.
    pub async fn send(&self, document: &str, variables: Value) -> Answer {
        let request = self.request(document, &variables, "application/graphql-response+json");
        let response = self.call(request).await;
        let status = response.status();
        let text = response
            .into_body()
            .into_string()
            .await
            .expect("the answer is text");
        let body =
            serde_json::from_str(&text).unwrap_or_else(|_| panic!("not JSON ({status}): {text}"));
        Answer {
            status,
            body,
            document: document.to_owned(),
        }
    }

    /// Sends a document whose answers are to be streamed.
    pub async fn follow(&self, document: &str, variables: Value) -> Events {
        let request = self.request(document, &variables, "text/event-stream");
        Events::of(self.call(request).await)
    }

    /// Sends a subscription and returns its first answer.
    ///
    /// # Panics
    /// When nothing is answered.
    pub async fn send_first(&self, document: &str, variables: Value) -> Answer {
        let mut events = self.follow(document, variables).await;
        let status = events.status;
        let (_, body) = events.next().await.expect("an answer comes");
        Answer {
            status,
            body,
            document: document.to_owned(),
        }
    }

    fn request(&self, document: &str, variables: &Value, accept: &str) -> Request {
        let body = json!({ "query": document, "variables": variables }).to_string();
        let request = Request::builder()
            .method(Method::POST)
            .uri_str("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, accept);
        let mut request = self.headers.iter().fold(request, |request, (name, value)| {
            request.header(name, value)
        });
        request = request.header(header::HOST, "shop.test");
        if let Some(account) = &self.account {
            request = request.header(
                header::AUTHORIZATION,
                format!("Bearer {}", (account.sign)()),
            );
        }
        request.body(body)
    }

    /// Sends any HTTP request to the app.
    pub async fn call(&self, request: Request) -> Response {
        self.endpoint.get_response(request).await
    }
}

/// What the server said.
#[derive(Debug, Clone)]
pub struct Answer {
    status: StatusCode,
    body: Value,
    document: String,
}

impl Answer {
    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        self.status
    }

    /// The whole JSON body.
    #[must_use]
    pub fn body(&self) -> &Value {
        &self.body
    }

    /// `data`, null when absent.
    #[must_use]
    pub fn data(&self) -> &Value {
        &self.body["data"]
    }

    /// `errors`, empty when absent.
    #[must_use]
    pub fn top_errors(&self) -> &[Value] {
        self.body["errors"].as_array().map_or(&[], Vec::as_slice)
    }

    /// The `userErrors` of all root fields.
    #[must_use]
    pub fn user_errors(&self) -> Vec<&Value> {
        let payloads = self
            .data()
            .as_object()
            .into_iter()
            .flat_map(serde_json::Map::values);
        payloads
            .filter_map(|payload| payload.get("userErrors")?.as_array())
            .flatten()
            .collect()
    }

    /// Codes of the top-level errors.
    #[must_use]
    pub fn top_codes(&self) -> Vec<&str> {
        self.top_errors()
            .iter()
            .map(|error| error["extensions"]["code"].as_str().unwrap_or("(none)"))
            .collect()
    }

    /// Codes of the user errors.
    #[must_use]
    pub fn user_codes(&self) -> Vec<&str> {
        self.user_errors()
            .into_iter()
            .map(|error| error["code"].as_str().unwrap_or("(not selected)"))
            .collect()
    }

    /// The data of a request that must have succeeded.
    ///
    /// # Panics
    /// On any error of either kind.
    #[expect(clippy::must_use_candidate, reason = "often only the success matters")]
    pub fn ok(self) -> Value {
        assert!(
            self.top_errors().is_empty()
                && self.user_errors().is_empty()
                && self.status.is_success(),
            "unexpected refusal ({}) of\n{}\n{:#}",
            self.status,
            self.document,
            self.body
        );
        self.body["data"].clone()
    }

    /// The one user error of a refused mutation.
    ///
    /// # Panics
    /// When there is not exactly one, or its code is another.
    #[expect(clippy::must_use_candidate, reason = "the assertion is the point")]
    pub fn expect_user_error(&self, code: &str) -> Value {
        assert!(
            self.top_errors().is_empty(),
            "a top-level error instead of {code}:\n{:#}",
            self.body
        );
        assert_eq!(
            self.user_codes(),
            [code],
            "of\n{}\n{:#}",
            self.document,
            self.body
        );
        self.user_errors()[0].clone()
    }

    /// The one top-level error of a refused request.
    ///
    /// # Panics
    /// When there is not exactly one, or its code is another.
    #[expect(clippy::must_use_candidate, reason = "the assertion is the point")]
    pub fn expect_top_error(&self, code: &str) -> Value {
        assert_eq!(
            self.top_codes(),
            [code],
            "of\n{}\n{:#}",
            self.document,
            self.body
        );
        self.top_errors()[0].clone()
    }
}
