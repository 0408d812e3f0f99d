//! Callers who do not give up: whatever happens to the server, they ask again until they are told.

use std::io;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tests::Client;
use tests::connection::Connection;

/// How long a caller goes on asking.
const PATIENCE: Duration = Duration::from_mins(3);

/// Somebody who asks a server.
pub(crate) struct Asking {
    port: u16,
    headers: String,
}

impl Asking {
    /// Somebody who is not logged in.
    pub(crate) fn guest(port: u16) -> Self {
        Self {
            port,
            headers: String::new(),
        }
    }

    /// The account of a client, for as long as a token is good.
    pub(crate) fn account(port: u16, client: &Client) -> Self {
        let token = client.access_token();
        Self {
            port,
            headers: format!("authorization: Bearer {token}\r\n"),
        }
    }

    /// Asks until there is an answer that is no failure, and gives its data.
    pub(crate) async fn ask(&self, document: &str, input: &Value) -> Value {
        let began = Instant::now();
        loop {
            let answer = self.once(document, input).await;
            if let Ok(data) = answer {
                return data;
            }
            assert!(began.elapsed() < PATIENCE, "no answer: {answer:?}");
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// Asks once; an answer that asks to try again later is a failure too.
    pub(crate) async fn once(&self, document: &str, input: &Value) -> io::Result<Value> {
        let mut connection = Connection::open(self.port).await?;
        connection.headers.clone_from(&self.headers);
        let answer = connection.post("/graphql", &body(document, input)).await?;
        let json: Value = serde_json::from_slice(&answer.body)?;
        let code = &json["errors"][0]["extensions"]["code"];
        if answer.status >= 500 || code == "UNAVAILABLE" || code == "CONFLICT" {
            return Err(io::Error::other(json.to_string()));
        }
        assert!(json["errors"].is_null(), "{json}");
        Ok(json["data"].clone())
    }
}

/// A request for a mutation.
pub(crate) fn body(document: &str, input: &Value) -> String {
    json!({ "query": document, "variables": { "input": input } }).to_string()
}
