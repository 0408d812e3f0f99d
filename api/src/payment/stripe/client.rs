//! Stripe's interface: forms go out, JSON comes back.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::HEXLOWER;
use reqwest::{Method, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::object::Intent;
use crate::config::Secret;
use crate::error::Result;
use crate::payment::{ProviderError, http};

/// The version of the interface that is spoken.
const VERSION: &str = "2024-06-20";
/// Longest refusal that is kept, in characters.
const MAX_WORDS: usize = 255;

/// Why a call came to nothing.
#[derive(Debug)]
pub(super) enum Refusal {
    /// Stripe said no. Where the intent is not in a state for what was asked, it is told with it.
    Declined(String, Option<Box<Intent>>),
    /// Whether it was done is not known.
    Unavailable(String),
}

impl From<Refusal> for ProviderError {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Declined(words, _) => Self::Declined(words),
            Refusal::Unavailable(why) => Self::Unavailable(why),
        }
    }
}

#[derive(Deserialize)]
struct Answer {
    error: Told,
}

#[derive(Deserialize)]
struct Told {
    #[serde(rename = "type")]
    kind: String,
    message: Option<String>,
    payment_intent: Option<Box<Intent>>,
}

/// Calls one account's interface.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    key: Secret,
}

impl Client {
    /// Makes the client of an account; nothing is sent yet.
    ///
    /// # Errors
    /// When the system offers no TLS.
    pub(super) fn try_new(base: &str, key: Secret) -> Result<Self> {
        Ok(Self {
            http: http::client()?,
            base: base.trim_end_matches('/').to_owned(),
            key,
        })
    }

    /// Asks for something to be done; the same key has its effect, and its answer, once. Without a key the call is one of its
    /// own, for what has its effect once by itself.
    pub(super) async fn post<T: DeserializeOwned>(
        &self,
        path: &str,
        form: &[(&str, String)],
        key: Option<&str>,
    ) -> Result<T, Refusal> {
        let mut request = self.request(Method::POST, path).form(form);
        if let Some(key) = key {
            // Keys of clients may be longer than Stripe's, and in any script.
            let key = digest(&SHA256, key.as_bytes());
            request = request.header("idempotency-key", HEXLOWER.encode(key.as_ref()));
        }
        answered(request).await
    }

    /// Asks for what stands.
    pub(super) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Refusal> {
        answered(self.request(Method::GET, path)).await
    }

    fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        self.http
            .request(method, format!("{}{path}", self.base))
            .bearer_auth(self.key.expose())
            .header("stripe-version", VERSION)
    }
}

async fn answered<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, Refusal> {
    let unavailable = |error: reqwest::Error| Refusal::Unavailable(error.without_url().to_string());
    let answer = request.send().await.map_err(unavailable)?;
    let status = answer.status();
    let body = answer.bytes().await.map_err(unavailable)?;
    if status.is_success() {
        return serde_json::from_slice(&body).map_err(|error| {
            Refusal::Unavailable(format!("an answer that cannot be read: {error}"))
        });
    }
    Err(refusal(status, &body))
}

fn refusal(status: StatusCode, body: &[u8]) -> Refusal {
    let told = serde_json::from_slice::<Answer>(body).ok();
    match (status, told) {
        // Asked before with other words: what became of that is not in this answer.
        (
            StatusCode::BAD_REQUEST | StatusCode::PAYMENT_REQUIRED | StatusCode::NOT_FOUND,
            Some(answer),
        ) if answer.error.kind != "idempotency_error" => {
            let words = answer.error.message.unwrap_or(answer.error.kind);
            Refusal::Declined(
                words.chars().take(MAX_WORDS).collect(),
                answer.error.payment_intent,
            )
        }
        (StatusCode::UNAUTHORIZED | StatusCode::FORBIDDEN, _) => {
            tracing::error!(stripe.status = %status, "Stripe does not accept the key of the shop");
            Refusal::Unavailable(format!("answered {status}"))
        }
        (_, _) => Refusal::Unavailable(format!("answered {status}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_clear_no_is_a_no() {
        let body =
            |kind: &str| format!("{{\"error\":{{\"type\":\"{kind}\",\"message\":\"No.\"}}}}");
        for (status, body, is_no) in [
            (402, body("card_error"), true),
            (400, body("invalid_request_error"), true),
            (404, body("invalid_request_error"), true),
            (400, body("idempotency_error"), false),
            (400, "<html>".to_owned(), false),
            (401, body("invalid_request_error"), false),
            (409, body("idempotency_error"), false),
            (429, body("rate_limit_error"), false),
            (500, body("api_error"), false),
        ] {
            let refused = refusal(StatusCode::from_u16(status).unwrap(), body.as_bytes());
            assert_eq!(
                matches!(refused, Refusal::Declined(..)),
                is_no,
                "{status} {body}"
            );
        }
    }
}
