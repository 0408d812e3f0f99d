//! WeChat Pay, version 3 of its interface: the buyer scans a code, or pays inside WeChat, at once; sealed notifications tell of it.

mod client;
mod signed;

use std::collections::BTreeMap;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use domain::Money;
use domain::money::Currency;
use domain::order::PaymentEventKind;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use self::client::Client;
use self::signed::{NONCE, PlatformKeys, SERIAL, SIGNATURE, Seal, SealedBy, TIMESTAMP};
use super::rsa::VerifyingKey;
use super::{
    Inquiry, Instruction, Opened, Opening, Provider, ProviderError, ProviderMessage, Settlement,
    Webhook, WebhookError,
};
use crate::config::WechatPayConfig;
use crate::error::{Error, Result};

/// The only currency it takes; amounts are in fen.
const CURRENCY: &str = "CNY";
/// How long a session lasts for an order that waits without an end.
const SESSION: TimeDelta = TimeDelta::hours(2);
/// A transaction that was never opened.
const UNKNOWN: [&str; 2] = ["ORDER_NOT_EXIST", "ORDERNOTEXIST"];
/// A transaction that was paid or ended before.
const OVER: [&str; 4] = ["ORDER_PAID", "ORDERPAID", "ORDER_CLOSED", "ORDERCLOSED"];

/// The provider.
pub struct WechatPay {
    client: Client,
    app_id: String,
    merchant_id: String,
    platform_keys: PlatformKeys,
    sealed_by: SealedBy,
    notify_url: String,
}

/// A notification as it travels.
#[derive(Deserialize)]
struct Envelope {
    id: String,
    create_time: DateTime<Utc>,
    resource: Resource,
}

#[derive(Deserialize)]
struct Resource {
    ciphertext: String,
    nonce: String,
    #[serde(default)]
    associated_data: String,
}

/// What a notification or an answer tells of a transaction or a refund.
#[derive(Deserialize)]
struct Told {
    mchid: Option<String>,
    out_trade_no: String,
    trade_state: Option<String>,
    success_time: Option<DateTime<Utc>>,
    out_refund_no: Option<String>,
    #[serde(alias = "status")]
    refund_status: Option<String>,
    amount: Option<Amount>,
}

#[derive(Clone, Copy, Deserialize)]
struct Amount {
    total: i64,
    refund: Option<i64>,
}

impl WechatPay {
    /// Makes the provider of a merchant; `notify_url` is where notifications come in. Nothing is sent yet.
    ///
    /// # Errors
    /// When the system offers no TLS, or a key is none.
    pub fn try_new(config: &WechatPayConfig, notify_url: String) -> Result<Self> {
        let platform_keys: Result<BTreeMap<_, _>> = config
            .platform_keys
            .iter()
            .map(|(serial, key)| {
                let key = VerifyingKey::parse(key).map_err(Error::internal)?;
                Ok((serial.clone(), key))
            })
            .collect();
        Ok(Self {
            client: Client::try_new(config)?,
            app_id: config.app_id.clone(),
            merchant_id: config.merchant_id.clone(),
            platform_keys: PlatformKeys::new(platform_keys?),
            sealed_by: SealedBy::try_new(config.api_key.expose())
                .ok_or_else(|| Error::internal("the key of WeChat Pay has 32 bytes"))?,
            notify_url,
        })
    }

    async fn ask(
        &self,
        request: (Method, &str),
        content: Option<&Value>,
        now: DateTime<Utc>,
    ) -> Result<Result<Value, client::Refusal>, ProviderError> {
        self.client
            .ask(&self.platform_keys, request, content, now)
            .await
    }

    async fn create(&self, opening: &Opening) -> Result<Opened, ProviderError> {
        if opening.amount.currency.code() != CURRENCY {
            return Err(ProviderError::Declined(format!(
                "WeChat Pay takes {CURRENCY} only"
            )));
        }
        let provider_ref = reference(opening.payment_id);
        let expires_at = opening.due_at.unwrap_or(opening.now + SESSION);
        let mut content = json!({
            "appid": self.app_id,
            "mchid": self.merchant_id,
            "description": provider_ref,
            "out_trade_no": provider_ref,
            "time_expire": expires_at.to_rfc3339_opts(SecondsFormat::Secs, true),
            "notify_url": self.notify_url,
            "amount": { "total": opening.amount.minor, "currency": CURRENCY },
        });
        let payer = opening.payer_ref.as_ref();
        let path = if let (Some(open_id), Some(content)) = (payer, content.as_object_mut()) {
            content.insert("payer".to_owned(), json!({ "openid": open_id }));
            "/v3/pay/transactions/jsapi"
        } else {
            "/v3/pay/transactions/native"
        };
        let told = self.ask((Method::POST, path), Some(&content), opening.now);
        let told = told.await?;
        let told = told.map_err(|refusal| ProviderError::Declined(refusal.words()))?;
        Ok(Opened {
            provider_ref,
            redirect_url: None,
            client_secret: None,
            parameters: Some(self.parameters(&told, opening)?),
            expires_at: Some(expires_at),
            follow_ups: Vec::new(),
        })
    }

    /// What the buyer pays with: a code to scan, or what a page inside WeChat hands over.
    fn parameters(&self, told: &Value, opening: &Opening) -> Result<Value, ProviderError> {
        let text = |name| told.get(name).and_then(Value::as_str);
        if let Some(prepared) = text("prepay_id") {
            return self.client.handover(&self.app_id, prepared, opening.now);
        }
        let code = text("code_url");
        let code = code.ok_or_else(|| ProviderError::Unavailable("no code".to_owned()))?;
        Ok(json!({ "codeUrl": code }))
    }

    /// Closes a transaction, so that nobody can pay it any more. One that was paid meanwhile says so.
    async fn close(&self, instruction: &Instruction) -> Result<Settlement, ProviderError> {
        let (reference, now) = (&instruction.provider_ref, instruction.now);
        let path = format!(
            "/v3/pay/transactions/out-trade-no/{}/close",
            plain(reference)
        );
        let content = json!({ "mchid": self.merchant_id });
        let closed = self.ask((Method::POST, &path), Some(&content), now).await?;
        match closed {
            Ok(_) => Ok(Settlement::Accepted(Vec::new())),
            Err(refusal) if UNKNOWN.contains(&refusal.code.as_str()) => {
                Ok(Settlement::Accepted(Vec::new()))
            }
            Err(refusal) if OVER.contains(&refusal.code.as_str()) => {
                Ok(Settlement::Done(self.look(reference, now).await?))
            }
            Err(refusal) => Err(ProviderError::Declined(refusal.words())),
        }
    }

    async fn look(
        &self,
        reference: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<ProviderMessage>, ProviderError> {
        match self.transaction(reference, now).await? {
            Some(told) => told
                .messages(now)
                .map_err(|error| ProviderError::Unavailable(error.to_string())),
            None => Ok(Vec::new()),
        }
    }

    async fn transaction(
        &self,
        reference: &str,
        now: DateTime<Utc>,
    ) -> Result<Option<Told>, ProviderError> {
        let (reference, merchant) = (plain(reference), &self.merchant_id);
        let path = format!("/v3/pay/transactions/out-trade-no/{reference}?mchid={merchant}");
        match self.ask((Method::GET, &path), None, now).await? {
            Ok(told) => read(told).map(Some),
            Err(refusal) if UNKNOWN.contains(&refusal.code.as_str()) => Ok(None),
            Err(refusal) => Err(ProviderError::Declined(refusal.words())),
        }
    }

    async fn give_back(
        &self,
        instruction: &Instruction,
        refund_id: Uuid,
    ) -> Result<Settlement, ProviderError> {
        let now = instruction.now;
        let paid = self.transaction(&instruction.provider_ref, now).await?;
        let total = paid.and_then(|paid| paid.amount).map(|amount| amount.total);
        let total = total.ok_or_else(|| ProviderError::Declined("nothing was paid".to_owned()))?;
        // The number of the refund: the same one has its effect once.
        let content = json!({
            "out_trade_no": instruction.provider_ref,
            "out_refund_no": reference(refund_id),
            "notify_url": self.notify_url,
            "amount": { "refund": instruction.amount.minor, "total": total, "currency": CURRENCY },
        });
        let request = (Method::POST, "/v3/refund/domestic/refunds");
        let told = self.ask(request, Some(&content), now).await?;
        let told = told.map_err(|refusal| ProviderError::Declined(refusal.words()))?;
        let messages = read(told)?
            .messages(now)
            .map_err(|error| ProviderError::Unavailable(error.to_string()))?;
        if messages.is_empty() {
            // Asked again later with the same number, it tells how far it is.
            return Err(ProviderError::Unavailable("it is on its way".to_owned()));
        }
        Ok(Settlement::Done(messages))
    }
}

impl Provider for WechatPay {
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, ProviderError>> {
        self.create(opening).boxed()
    }

    fn capture<'a>(
        &'a self,
        _instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        let why = "WeChat Pay takes money when the buyer pays";
        ready(Err(ProviderError::Declined(why.to_owned()))).boxed()
    }

    fn void<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        self.close(instruction).boxed()
    }

    fn refund<'a>(
        &'a self,
        instruction: &'a Instruction,
        refund_id: Uuid,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        self.give_back(instruction, refund_id).boxed()
    }

    fn inquire<'a>(
        &'a self,
        inquiry: &'a Inquiry,
    ) -> BoxFuture<'a, Result<Vec<ProviderMessage>, ProviderError>> {
        self.look(&inquiry.provider_ref, inquiry.now).boxed()
    }

    fn verify_webhook(
        &self,
        webhook: &Webhook<'_>,
        now: DateTime<Utc>,
    ) -> Result<String, WebhookError> {
        let seal = Seal {
            timestamp: webhook.header(TIMESTAMP),
            nonce: webhook.header(NONCE),
            signature: webhook.header(SIGNATURE),
            serial: webhook.header(SERIAL),
        };
        self.platform_keys.verify(seal, webhook.body, now)?;
        Ok(envelope(webhook.text()?)?.id)
    }

    fn parse_webhook(&self, body: &str) -> Result<Vec<ProviderMessage>, WebhookError> {
        let envelope = envelope(body)?;
        let sealed = envelope.resource;
        let opened =
            self.sealed_by
                .open(&sealed.ciphertext, &sealed.nonce, &sealed.associated_data)?;
        let told: Told = serde_json::from_slice(&opened).map_err(malformed)?;
        if told
            .mchid
            .as_ref()
            .is_some_and(|id| *id != self.merchant_id)
        {
            return Err(WebhookError::Malformed("another merchant's".to_owned()));
        }
        told.messages(envelope.create_time)
    }
}

impl Told {
    /// What its state means: money came, or went back, or did not. A transaction is paid at once.
    fn messages(self, now: DateTime<Utc>) -> Result<Vec<ProviderMessage>, WebhookError> {
        let currency = Currency::parse(CURRENCY).map_err(malformed)?;
        let (kind, event_id, minor, refund_id) = if let Some(number) = &self.out_refund_no {
            let (name, kind) = match self.refund_status.as_deref() {
                Some("SUCCESS") => ("refunded", PaymentEventKind::Refunded),
                Some("CLOSED") => ("refund-failed", PaymentEventKind::RefundFailed),
                // One that met an obstacle can go on once people at WeChat Pay cleared it away.
                _ => return Ok(Vec::new()),
            };
            let minor = self.amount.and_then(|amount| amount.refund);
            let refund_id = Uuid::try_parse(number).ok();
            (kind, format!("{name}:{number}"), minor, refund_id)
        } else if self.trade_state.as_deref().is_some_and(has_paid) {
            let event_id = ProviderMessage::captured_id(&self.out_trade_no);
            let minor = self.amount.map(|amount| amount.total);
            (PaymentEventKind::Captured, event_id, minor, None)
        } else {
            return Ok(Vec::new());
        };
        let minor = minor.ok_or_else(|| WebhookError::Malformed("no amount".to_owned()))?;
        Ok(vec![ProviderMessage {
            event_id,
            provider_ref: self.out_trade_no,
            kind,
            amount: Money::new(minor, currency),
            occurred_at: self.success_time.unwrap_or(now),
            message: None,
            refund_id,
        }])
    }
}

/// Whether a transaction in this state was paid; one of which something went back was, too.
fn has_paid(state: &str) -> bool {
    matches!(state, "SUCCESS" | "REFUND")
}

fn envelope(body: &str) -> Result<Envelope, WebhookError> {
    serde_json::from_str(body).map_err(malformed)
}

fn read(told: Value) -> Result<Told, ProviderError> {
    serde_json::from_value(told)
        .map_err(|_error| ProviderError::Unavailable("an answer that cannot be read".to_owned()))
}

fn malformed(error: impl std::fmt::Display) -> WebhookError {
    WebhookError::Malformed(error.to_string())
}

/// The number of a payment or refund with WeChat Pay.
fn reference(id: Uuid) -> String {
    id.simple().to_string()
}

/// A reference as the shop makes them, so that it is never more than one segment of an address.
fn plain(reference: &str) -> String {
    reference
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect()
}
