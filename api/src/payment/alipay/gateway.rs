//! Alipay's gateway: signed parameters go out, signed JSON comes back.

use std::collections::HashMap;

use chrono::{DateTime, FixedOffset, TimeDelta, Utc};
use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;
use url::Url;

use super::signed::{Parameters, request_text};
use crate::config::AlipayConfig;
use crate::error::{Error, Result};
use crate::payment::rsa::{SigningKey, VerifyingKey};
use crate::payment::{ProviderError, http};

/// Hours that Alipay's clock is ahead of UTC.
const CHINA: TimeDelta = TimeDelta::hours(8);
/// Code of an answer that says yes.
const FINE: &str = "10000";
/// Codes after which nobody knows whether it was done, or which the shop's operator has to mend.
const UNCLEAR: [&str; 3] = ["20000", "20001", "40006"];
/// Longest refusal that is kept, in characters.
const MAX_WORDS: usize = 255;

/// What the gateway says to a request.
#[derive(Debug, Deserialize)]
pub(super) struct Said {
    code: String,
    sub_code: Option<String>,
    sub_msg: Option<String>,
    msg: Option<String>,
    /// Where the trade stands.
    pub(super) trade_status: Option<String>,
    /// What the trade is about.
    pub(super) total_amount: Option<String>,
    /// Whether this very request moved money.
    pub(super) fund_change: Option<String>,
    /// Where a refund stands that was asked about.
    pub(super) refund_status: Option<String>,
}

impl Said {
    /// Why it was refused, when it was.
    pub(super) fn refusal(&self) -> Option<&str> {
        (self.code != FINE).then(|| self.sub_code.as_deref().unwrap_or(&self.code))
    }

    /// The refusal in words.
    pub(super) fn words(&self) -> String {
        let words = self.sub_msg.as_deref().or(self.msg.as_deref());
        words
            .unwrap_or(&self.code)
            .chars()
            .take(MAX_WORDS)
            .collect()
    }
}

/// One merchant's way to the gateway.
pub(super) struct Gateway {
    http: reqwest::Client,
    address: Url,
    app_id: String,
    private_key: SigningKey,
    alipay_key: VerifyingKey,
}

impl Gateway {
    /// Makes the way of a merchant; nothing is sent yet.
    ///
    /// # Errors
    /// When the system offers no TLS, or a key is none.
    pub(super) fn try_new(config: &AlipayConfig) -> Result<Self> {
        Ok(Self {
            http: http::client()?,
            address: config.gateway.clone(),
            app_id: config.app_id.clone(),
            private_key: SigningKey::parse(config.private_key.expose()).map_err(Error::internal)?,
            alipay_key: VerifyingKey::parse(&config.alipay_public_key).map_err(Error::internal)?,
        })
    }

    /// The key of Alipay.
    pub(super) fn alipay_key(&self) -> &VerifyingKey {
        &self.alipay_key
    }

    /// The merchant's application.
    pub(super) fn app_id(&self) -> &str {
        &self.app_id
    }

    /// The address of a page that does something for the buyer.
    pub(super) fn page(
        &self,
        method: &str,
        more: &[(&str, &str)],
        content: &Value,
        now: DateTime<Utc>,
    ) -> Result<Url, ProviderError> {
        let mut address = self.address.clone();
        address
            .query_pairs_mut()
            .extend_pairs(self.signed(method, more, content, now)?);
        Ok(address)
    }

    /// Asks for something; the answer is believed only when it is signed.
    pub(super) async fn ask(
        &self,
        method: &str,
        content: &Value,
        now: DateTime<Utc>,
    ) -> Result<Said, ProviderError> {
        let unavailable =
            |error: reqwest::Error| ProviderError::Unavailable(error.without_url().to_string());
        let answer = self
            .http
            .post(self.address.clone())
            .form(&self.signed(method, &[], content, now)?)
            .send()
            .await
            .map_err(unavailable)?;
        let status = answer.status();
        let body = answer.bytes().await.map_err(unavailable)?;
        if !status.is_success() {
            return Err(ProviderError::Unavailable(format!("answered {status}")));
        }
        let said = self.believed(method, &body)?;
        if UNCLEAR.contains(&said.code.as_str())
            || (said.sub_code.as_deref()).is_some_and(|code| code.ends_with("SYSTEM_ERROR"))
        {
            tracing::error!(
                alipay.code = said.code,
                alipay.sub_code = said.sub_code,
                "Alipay did not carry out a request"
            );
            return Err(ProviderError::Unavailable(said.words()));
        }
        Ok(said)
    }

    fn signed(
        &self,
        method: &str,
        more: &[(&str, &str)],
        content: &Value,
        now: DateTime<Utc>,
    ) -> Result<Parameters, ProviderError> {
        let timestamp = china_time(now);
        let content = content.to_string();
        let mut parameters: Parameters = [
            ("app_id", self.app_id.as_str()),
            ("method", method),
            ("format", "JSON"),
            ("charset", "utf-8"),
            ("sign_type", "RSA2"),
            ("timestamp", timestamp.as_str()),
            ("version", "1.0"),
            ("biz_content", content.as_str()),
        ]
        .iter()
        .chain(more)
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
        .collect();
        let signature = self
            .private_key
            .sign(&request_text(&parameters))
            .ok_or_else(|| ProviderError::Unavailable("a request cannot be signed".to_owned()))?;
        parameters.insert("sign".to_owned(), signature);
        Ok(parameters)
    }

    /// Reads an answer: its signature is over the text of its one part.
    fn believed(&self, method: &str, body: &[u8]) -> Result<Said, ProviderError> {
        let unreadable = |why: &str| ProviderError::Unavailable(why.to_owned());
        let parts: HashMap<String, Box<RawValue>> = serde_json::from_slice(body)
            .map_err(|_error| unreadable("an answer that cannot be read"))?;
        let name = format!("{}_response", method.replace('.', "_"));
        let said = parts
            .get(&name)
            .or_else(|| parts.get("error_response"))
            .ok_or_else(|| unreadable("an answer to something else"))?;
        let signature = parts
            .get("sign")
            .and_then(|sign| serde_json::from_str::<String>(sign.get()).ok())
            .unwrap_or_default();
        if !self.alipay_key.verifies(said.get().as_bytes(), &signature) {
            return Err(unreadable("an answer that is not signed"));
        }
        serde_json::from_str(said.get())
            .map_err(|_error| unreadable("an answer that cannot be read"))
    }
}

/// An instant on Alipay's clock.
pub(super) fn china_time(at: DateTime<Utc>) -> String {
    (at + CHINA).format("%Y-%m-%d %H:%M:%S").to_string()
}

/// An instant read from Alipay's clock.
pub(super) fn from_china_time(text: &str) -> Option<DateTime<Utc>> {
    let china = FixedOffset::east_opt(8 * 3600)?;
    chrono::NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S")
        .ok()?
        .and_local_timezone(china)
        .single()
        .map(|at| at.to_utc())
}
