//! The interface of WeChat Pay: signed JSON goes out, and only signed JSON that comes back is believed.

use aws_lc_rs::rand;
use chrono::{DateTime, Utc};
use data_encoding::HEXLOWER;
use reqwest::{Method, Response, StatusCode};
use serde::Deserialize;
use serde_json::{Value, json};

use super::signed::{NONCE, PlatformKeys, SERIAL, SIGNATURE, Seal, TIMESTAMP};
use crate::config::WechatPayConfig;
use crate::error::{Error, Result};
use crate::payment::rsa::SigningKey;
use crate::payment::{ProviderError, http};

/// How requests are signed.
const SCHEME: &str = "WECHATPAY2-SHA256-RSA2048";
/// Codes after which nobody knows whether it was done, or which the shop's operator has to mend.
const UNCLEAR: [&str; 4] = ["SYSTEM_ERROR", "FREQUENCY_LIMITED", "SIGN_ERROR", "NO_AUTH"];
/// Longest refusal that is kept, in characters.
const MAX_WORDS: usize = 255;

/// A clear no.
#[derive(Clone, Debug, Deserialize)]
pub(super) struct Refusal {
    /// Why, for programs.
    pub(super) code: String,
    message: Option<String>,
}

impl Refusal {
    /// Why, for people.
    pub(super) fn words(&self) -> String {
        let words = self.message.as_deref().unwrap_or(&self.code);
        words.chars().take(MAX_WORDS).collect()
    }
}

/// One merchant's way to WeChat Pay.
pub(super) struct Client {
    http: reqwest::Client,
    base: String,
    merchant_id: String,
    serial: String,
    key: SigningKey,
}

impl Client {
    /// Makes the way of a merchant; nothing is sent yet.
    ///
    /// # Errors
    /// When the system offers no TLS, or a key is none.
    pub(super) fn try_new(config: &WechatPayConfig) -> Result<Self> {
        Ok(Self {
            http: http::client()?,
            base: config.url.as_str().trim_end_matches('/').to_owned(),
            merchant_id: config.merchant_id.clone(),
            serial: config.serial.clone(),
            key: SigningKey::parse(config.private_key.expose()).map_err(Error::internal)?,
        })
    }

    /// Asks for something; `path` begins with a slash and may have a query. What it answers is null when there is nothing to
    /// tell.
    pub(super) async fn ask(
        &self,
        keys: &PlatformKeys,
        (method, path): (Method, &str),
        content: Option<&Value>,
        now: DateTime<Utc>,
    ) -> Result<Result<Value, Refusal>, ProviderError> {
        let body = content.map(Value::to_string).unwrap_or_default();
        let authorization = self.authorization(&method, path, &body, now)?;
        let answer = self
            .http
            .request(method, format!("{}{path}", self.base))
            .header("authorization", authorization)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .header("user-agent", "vitrine")
            .body(body)
            .send()
            .await
            .map_err(unavailable)?;
        believed(keys, answer, now).await
    }

    /// What a page or mini-program hands to WeChat to let the buyer pay what was prepared, signed by the merchant.
    pub(super) fn handover(
        &self,
        app_id: &str,
        prepay_id: &str,
        now: DateTime<Utc>,
    ) -> Result<Value, ProviderError> {
        let (nonce, timestamp) = (nonce()?, now.timestamp().to_string());
        let package = format!("prepay_id={prepay_id}");
        let text = format!("{app_id}\n{timestamp}\n{nonce}\n{package}\n");
        let signature = self.key.sign(&text).ok_or_else(unsigned)?;
        Ok(json!({
            "appId": app_id,
            "timeStamp": timestamp,
            "nonceStr": nonce,
            "package": package,
            "signType": "RSA",
            "paySign": signature,
        }))
    }

    fn authorization(
        &self,
        method: &Method,
        path: &str,
        body: &str,
        now: DateTime<Utc>,
    ) -> Result<String, ProviderError> {
        let (nonce, timestamp) = (nonce()?, now.timestamp());
        let text = format!("{method}\n{path}\n{timestamp}\n{nonce}\n{body}\n");
        let signature = self.key.sign(&text).ok_or_else(unsigned)?;
        let (merchant, serial) = (&self.merchant_id, &self.serial);
        Ok(format!(
            "{SCHEME} mchid=\"{merchant}\",nonce_str=\"{nonce}\",signature=\"{signature}\",\
             timestamp=\"{timestamp}\",serial_no=\"{serial}\""
        ))
    }
}

fn nonce() -> Result<String, ProviderError> {
    let mut random = [0_u8; 16];
    rand::fill(&mut random).map_err(|_no_randomness| unsigned())?;
    Ok(HEXLOWER.encode(&random))
}

fn unsigned() -> ProviderError {
    ProviderError::Unavailable("a request cannot be signed".to_owned())
}

/// Reads an answer: one without a signature may be anybody's.
async fn believed(
    keys: &PlatformKeys,
    answer: Response,
    now: DateTime<Utc>,
) -> Result<Result<Value, Refusal>, ProviderError> {
    let (status, headers) = (answer.status(), answer.headers().clone());
    let body = answer.bytes().await.map_err(unavailable)?;
    let header = |name: &str| {
        let value = headers.get(name);
        value
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let seal = Seal {
        timestamp: header(TIMESTAMP),
        nonce: header(NONCE),
        signature: header(SIGNATURE),
        serial: header(SERIAL),
    };
    if keys.verify(seal, &body, now).is_err() {
        return Err(ProviderError::Unavailable(format!(
            "answered {status} without a signature that fits"
        )));
    }
    let unreadable =
        |_error| ProviderError::Unavailable("an answer that cannot be read".to_owned());
    if status.is_success() {
        return if body.is_empty() {
            Ok(Ok(Value::Null))
        } else {
            serde_json::from_slice(&body).map(Ok).map_err(unreadable)
        };
    }
    let refusal: Refusal = serde_json::from_slice(&body).map_err(unreadable)?;
    if status.is_server_error()
        || status == StatusCode::UNAUTHORIZED
        || UNCLEAR.contains(&refusal.code.as_str())
    {
        tracing::error!(
            wechat_pay.code = refusal.code,
            "WeChat Pay did not carry out a request"
        );
        return Err(ProviderError::Unavailable(refusal.words()));
    }
    Ok(Err(refusal))
}

fn unavailable(error: reqwest::Error) -> ProviderError {
    ProviderError::Unavailable(error.without_url().to_string())
}
