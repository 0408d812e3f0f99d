//! Alipay: the buyer is sent to a signed page and pays there at once; signed notifications tell of it.

mod gateway;
mod signed;

use chrono::{DateTime, TimeDelta, Utc};
use domain::Money;
use domain::money::Currency;
use domain::order::PaymentEventKind;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use serde_json::{Value, json};
use uuid::Uuid;

use self::gateway::{Gateway, Said, china_time, from_china_time};
use self::signed::Parameters;
use super::{
    Inquiry, Instruction, Opened, Opening, Provider, ProviderError, ProviderMessage, Settlement,
    Webhook, WebhookError,
};
use crate::config::AlipayConfig;
use crate::error::Result;

/// The only currency it takes.
const CURRENCY: &str = "CNY";
/// How long a session lasts for an order that waits without an end.
const SESSION: TimeDelta = TimeDelta::hours(24);
/// A trade nobody began to pay is not known to Alipay.
const UNKNOWN_TRADE: &str = "ACQ.TRADE_NOT_EXIST";
/// A trade that was paid or ended cannot be closed.
const OTHER_STATUS: &str = "ACQ.TRADE_STATUS_ERROR";

/// The provider.
pub struct Alipay {
    gateway: Gateway,
    notify_url: String,
}

impl Alipay {
    /// Makes the provider of a merchant; `notify_url` is where notifications come in. Nothing is sent yet.
    ///
    /// # Errors
    /// When the system offers no TLS, or a key is none.
    pub fn try_new(config: &AlipayConfig, notify_url: String) -> Result<Self> {
        Ok(Self {
            gateway: Gateway::try_new(config)?,
            notify_url,
        })
    }

    fn page(&self, opening: &Opening) -> Result<Opened, ProviderError> {
        if opening.amount.currency.code() != CURRENCY {
            return Err(ProviderError::Declined(format!(
                "Alipay takes {CURRENCY} only"
            )));
        }
        let provider_ref = reference(opening.payment_id);
        let expires_at = opening.due_at.unwrap_or(opening.now + SESSION);
        let content = json!({
            "out_trade_no": provider_ref,
            "total_amount": opening.amount.amount_text(),
            "subject": provider_ref,
            "product_code": "FAST_INSTANT_TRADE_PAY",
            "time_expire": china_time(expires_at),
        });
        let return_url = opening.return_url.as_ref().map_or("", url::Url::as_str);
        let more = [
            ("notify_url", self.notify_url.as_str()),
            ("return_url", return_url),
        ];
        let page = self
            .gateway
            .page("alipay.trade.page.pay", &more, &content, opening.now)?;
        Ok(Opened {
            provider_ref,
            redirect_url: Some(page.into()),
            client_secret: None,
            parameters: None,
            expires_at: Some(expires_at),
            follow_ups: Vec::new(),
        })
    }

    /// Closes a trade, so that nobody can pay it any more. One that was paid meanwhile says so.
    async fn close(&self, instruction: &Instruction) -> Result<Settlement, ProviderError> {
        let reference = &instruction.provider_ref;
        let content = trade(reference);
        let now = instruction.now;
        let said = self
            .gateway
            .ask("alipay.trade.close", &content, now)
            .await?;
        match said.refusal() {
            None | Some(UNKNOWN_TRADE) => Ok(Settlement::Accepted(Vec::new())),
            Some(OTHER_STATUS) => Ok(Settlement::Done(self.look(reference, now).await?)),
            Some(_) => Err(ProviderError::Declined(said.words())),
        }
    }

    async fn give_back(
        &self,
        instruction: &Instruction,
        refund_id: Uuid,
    ) -> Result<Settlement, ProviderError> {
        // The number of the request: the same one has its effect once.
        let content = json!({
            "out_trade_no": instruction.provider_ref,
            "refund_amount": instruction.amount.amount_text(),
            "out_request_no": reference(refund_id),
        });
        let now = instruction.now;
        let said = self
            .gateway
            .ask("alipay.trade.refund", &content, now)
            .await?;
        if said.refusal().is_some() {
            return Err(ProviderError::Declined(said.words()));
        }
        // Without a change it was carried out before, or was not yet.
        if said.fund_change.as_deref() != Some("Y") {
            let method = "alipay.trade.fastpay.refund.query";
            let said = self.gateway.ask(method, &content, now).await?;
            if said.refund_status.as_deref() != Some("REFUND_SUCCESS") {
                return Err(ProviderError::Unavailable(said.words()));
            }
        }
        Ok(Settlement::Done(vec![ProviderMessage {
            event_id: format!("refunded:{refund_id}"),
            provider_ref: instruction.provider_ref.clone(),
            kind: PaymentEventKind::Refunded,
            amount: instruction.amount,
            occurred_at: now,
            message: None,
            refund_id: Some(refund_id),
        }]))
    }

    async fn look(
        &self,
        reference: &str,
        now: DateTime<Utc>,
    ) -> Result<Vec<ProviderMessage>, ProviderError> {
        let content = trade(reference);
        let said = self
            .gateway
            .ask("alipay.trade.query", &content, now)
            .await?;
        match said.refusal() {
            None => {}
            Some(UNKNOWN_TRADE) => return Ok(Vec::new()),
            Some(_) => return Err(ProviderError::Declined(said.words())),
        }
        let Said {
            trade_status: Some(status),
            total_amount: Some(total),
            ..
        } = said
        else {
            return Err(ProviderError::Unavailable("no status".to_owned()));
        };
        captured(reference, &status, &total, now)
            .map_err(|error| ProviderError::Unavailable(error.to_string()))
    }
}

impl Provider for Alipay {
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, ProviderError>> {
        ready(self.page(opening)).boxed()
    }

    fn capture<'a>(
        &'a self,
        _instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        let why = "Alipay takes money when the buyer pays";
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

    /// A notification carries no time of its signing, as Alipay repeats it unchanged for a day; what it tells counts once.
    fn verify_webhook(
        &self,
        webhook: &Webhook<'_>,
        _now: DateTime<Utc>,
    ) -> Result<String, WebhookError> {
        let parameters = signed::read(webhook.text()?);
        signed::verify(&parameters, self.gateway.alipay_key())?;
        if field(&parameters, "app_id")? != self.gateway.app_id() {
            return Err(WebhookError::BadSignature);
        }
        field(&parameters, "notify_id").map(str::to_owned)
    }

    fn parse_webhook(&self, body: &str) -> Result<Vec<ProviderMessage>, WebhookError> {
        let parameters = signed::read(body);
        let told = |name| field(&parameters, name);
        let at = from_china_time(told("notify_time")?)
            .ok_or_else(|| WebhookError::Malformed("no time".to_owned()))?;
        captured(
            told("out_trade_no")?,
            told("trade_status")?,
            told("total_amount")?,
            at,
        )
    }

    fn acknowledgement(&self) -> &'static str {
        "success"
    }
}

/// The number of a payment or refund with Alipay.
fn reference(id: Uuid) -> String {
    id.simple().to_string()
}

fn trade(reference: &str) -> Value {
    json!({ "out_trade_no": reference })
}

fn field<'a>(parameters: &'a Parameters, name: &str) -> Result<&'a str, WebhookError> {
    parameters
        .get(name)
        .map(String::as_str)
        .ok_or_else(|| WebhookError::Malformed(format!("no {name}")))
}

/// What the status of a trade means: it was paid, or nothing was. A trade is paid at once, and told of again when money goes
/// back, which is known by then.
fn captured(
    reference: &str,
    status: &str,
    total: &str,
    at: DateTime<Utc>,
) -> Result<Vec<ProviderMessage>, WebhookError> {
    if !matches!(status, "TRADE_SUCCESS" | "TRADE_FINISHED") {
        return Ok(Vec::new());
    }
    let malformed = |why: String| WebhookError::Malformed(why);
    let currency = Currency::parse(CURRENCY).map_err(|error| malformed(error.to_string()))?;
    let amount = Money::parse(total, currency).map_err(|error| malformed(error.to_string()))?;
    Ok(vec![ProviderMessage {
        event_id: ProviderMessage::captured_id(reference),
        provider_ref: reference.to_owned(),
        kind: PaymentEventKind::Captured,
        amount,
        occurred_at: at,
        message: None,
        refund_id: None,
    }])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_paid_trade_brings_money() {
        let at = DateTime::UNIX_EPOCH;
        let told = |status: &str| {
            let messages = captured("t", status, "14.90", at).unwrap();
            messages
                .iter()
                .map(|message| message.amount.minor)
                .collect::<Vec<_>>()
        };
        for (status, expected) in [
            ("WAIT_BUYER_PAY", vec![]),
            ("TRADE_CLOSED", vec![]),
            ("TRADE_SUCCESS", vec![1490]),
            ("TRADE_FINISHED", vec![1490]),
        ] {
            assert_eq!(told(status), expected, "{status}");
        }
        assert!(captured("t", "TRADE_SUCCESS", "14.9.0", at).is_err());
    }

    #[test]
    fn its_clock_is_that_of_china() {
        let at = DateTime::parse_from_rfc3339("2026-11-22T17:00:05Z")
            .unwrap()
            .to_utc();
        assert_eq!(china_time(at), "2026-11-23 01:00:05");
        assert_eq!(from_china_time("2026-11-23 01:00:05"), Some(at));
        assert_eq!(from_china_time("soon"), None);
    }
}
