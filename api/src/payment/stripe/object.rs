//! What Stripe tells, and what it means for a payment.
//!
//! Events are read by the state of the object they carry, and named after what came of it, not after the delivery: so the
//! answer to a call, the webhook about it and a later look tell one thing, which counts once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use domain::Money;
use domain::money::Currency;
use domain::order::PaymentEventKind;
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use super::amount::from_stripe;
use crate::payment::{ProviderMessage, WebhookError};

/// Key of our payment in the metadata of an intent.
const PAYMENT_ID: &str = "payment_id";
/// Key of our transfer in the metadata of a refund.
const REFUND_ID: &str = "refund_id";

/// An attempt to collect money.
#[derive(Debug, Deserialize)]
pub(super) struct Intent {
    pub(super) id: String,
    status: String,
    currency: String,
    amount: i64,
    #[serde(default)]
    amount_received: i64,
    #[serde(default)]
    amount_capturable: i64,
    /// Its id or the charge itself; there is one as soon as a bank was asked.
    latest_charge: Option<Value>,
    last_payment_error: Option<Failure>,
    pub(super) client_secret: Option<String>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

#[derive(Debug, Deserialize)]
struct Failure {
    charge: Option<String>,
    code: Option<String>,
    message: Option<String>,
}

/// Money that goes back.
#[derive(Debug, Deserialize)]
pub(super) struct Refund {
    id: String,
    status: Option<String>,
    currency: String,
    amount: i64,
    payment_intent: Option<String>,
    failure_reason: Option<String>,
    #[serde(default)]
    metadata: HashMap<String, String>,
}

impl Refund {
    /// Our transfer that it carries out.
    pub(super) fn transfer_id(&self) -> Option<Uuid> {
        let id = self.metadata.get(REFUND_ID)?;
        Uuid::parse_str(id).ok()
    }
}

/// The refunds of an intent.
#[derive(Debug, Deserialize)]
pub(super) struct Refunds {
    pub(super) data: Vec<Refund>,
}

/// Money a bank takes back.
#[derive(Debug, Deserialize)]
struct Dispute {
    id: String,
    currency: String,
    amount: i64,
    payment_intent: Option<String>,
    reason: Option<String>,
}

/// A webhook's body.
#[derive(Debug, Deserialize)]
pub(super) struct Event {
    pub(super) id: String,
    #[serde(rename = "type")]
    kind: String,
    created: i64,
    data: Carried,
}

#[derive(Debug, Deserialize)]
struct Carried {
    object: Value,
}

impl Event {
    /// Reads a body.
    pub(super) fn read(body: &str) -> Result<Self, WebhookError> {
        serde_json::from_str(body).map_err(malformed)
    }

    /// What it means; nothing for what the shop does not keep, or for payments the shop did not open.
    pub(super) fn messages(self) -> Result<Vec<ProviderMessage>, WebhookError> {
        let at = DateTime::from_timestamp(self.created, 0)
            .ok_or_else(|| WebhookError::Malformed("no time".to_owned()))?;
        match self.kind.as_str() {
            "refund.created" | "refund.updated" | "refund.failed" | "charge.refund.updated" => {
                read::<Refund>(self.data.object)?.messages(at)
            }
            "charge.dispute.funds_withdrawn" => {
                let kind = PaymentEventKind::ChargedBack;
                read::<Dispute>(self.data.object)?.messages("charged-back", kind, at)
            }
            "charge.dispute.funds_reinstated" => {
                let kind = PaymentEventKind::ChargebackReversed;
                read::<Dispute>(self.data.object)?.messages("won-back", kind, at)
            }
            kind if kind.starts_with("payment_intent.") => {
                let intent: Intent = read(self.data.object)?;
                if intent.metadata.contains_key(PAYMENT_ID) {
                    intent.messages(at)
                } else {
                    Ok(Vec::new())
                }
            }
            _ => Ok(Vec::new()),
        }
    }
}

impl Intent {
    /// Whether nothing more can be asked of it.
    pub(super) fn is_over(&self) -> bool {
        matches!(self.status.as_str(), "succeeded" | "canceled")
    }

    /// What its state means for the payment.
    pub(super) fn messages(&self, at: DateTime<Utc>) -> Result<Vec<ProviderMessage>, WebhookError> {
        let told = |name: &str, kind, units| {
            Ok(ProviderMessage {
                event_id: format!("{name}:{}", self.id),
                provider_ref: self.id.clone(),
                kind,
                amount: money(units, &self.currency)?,
                occurred_at: at,
                message: None,
                refund_id: None,
            })
        };
        match self.status.as_str() {
            "requires_capture" => Ok(vec![told(
                "authorized",
                PaymentEventKind::Authorized,
                self.amount_capturable,
            )?]),
            "succeeded" => {
                let taken = ProviderMessage {
                    event_id: ProviderMessage::captured_id(&self.id),
                    ..told("", PaymentEventKind::Captured, self.amount_received)?
                };
                let rest = self.amount.saturating_sub(self.amount_received);
                if rest > 0 {
                    // A promise is taken once; what was not taken of it is let go.
                    let released = told("released", PaymentEventKind::Voided, rest)?;
                    return Ok(vec![taken, released]);
                }
                Ok(vec![taken])
            }
            "canceled" if self.latest_charge.is_some() => {
                Ok(vec![told("voided", PaymentEventKind::Voided, self.amount)?])
            }
            "requires_payment_method" => self.last_payment_error.as_ref().map_or_else(
                || Ok(Vec::new()),
                |failure| {
                    let try_id = failure.charge.as_deref().or(failure.code.as_deref());
                    let name = format!("failed:{}", try_id.unwrap_or_default());
                    Ok(vec![ProviderMessage {
                        message: failure.message.clone(),
                        ..told(&name, PaymentEventKind::AuthorizeFailed, self.amount)?
                    }])
                },
            ),
            _ => Ok(Vec::new()),
        }
    }
}

impl Refund {
    /// What its state means for the payment.
    pub(super) fn messages(self, at: DateTime<Utc>) -> Result<Vec<ProviderMessage>, WebhookError> {
        let (name, kind) = match self.status.as_deref() {
            Some("succeeded") => ("refunded", PaymentEventKind::Refunded),
            Some("failed" | "canceled") => ("refund-failed", PaymentEventKind::RefundFailed),
            _ => return Ok(Vec::new()),
        };
        let refund_id = self.transfer_id();
        let Some(provider_ref) = self.payment_intent else {
            return Ok(Vec::new());
        };
        Ok(vec![ProviderMessage {
            event_id: format!("{name}:{}", self.id),
            provider_ref,
            kind,
            amount: money(self.amount, &self.currency)?,
            occurred_at: at,
            refund_id,
            message: self.failure_reason,
        }])
    }
}

impl Dispute {
    fn messages(
        self,
        name: &str,
        kind: PaymentEventKind,
        at: DateTime<Utc>,
    ) -> Result<Vec<ProviderMessage>, WebhookError> {
        let Some(provider_ref) = self.payment_intent else {
            return Ok(Vec::new());
        };
        Ok(vec![ProviderMessage {
            event_id: format!("{name}:{}", self.id),
            provider_ref,
            kind,
            amount: money(self.amount, &self.currency)?,
            occurred_at: at,
            message: self.reason,
            refund_id: None,
        }])
    }
}

fn read<T: serde::de::DeserializeOwned>(object: Value) -> Result<T, WebhookError> {
    serde_json::from_value(object).map_err(malformed)
}

fn money(units: i64, code: &str) -> Result<Money, WebhookError> {
    let currency = Currency::parse(&code.to_ascii_uppercase()).map_err(malformed)?;
    from_stripe(units, currency)
        .ok_or_else(|| WebhookError::Malformed(format!("{units} of {code} is no amount")))
}

fn malformed(error: impl std::fmt::Display) -> WebhookError {
    WebhookError::Malformed(error.to_string())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn told(kind: &str, object: &Value) -> Vec<(String, PaymentEventKind, i64)> {
        let event = json!({ "id": "evt_1", "type": kind, "created": 1_700_000_000, "data": { "object": object } });
        let messages = Event::read(&event.to_string()).unwrap().messages().unwrap();
        let told =
            |message: ProviderMessage| (message.event_id, message.kind, message.amount.minor);
        messages.into_iter().map(told).collect()
    }

    fn intent(more: &Value) -> Value {
        let mut object = json!({ "id": "pi_1", "currency": "eur", "amount": 1490, "metadata": { "payment_id": "p" } });
        for (name, value) in more.as_object().unwrap() {
            object[name] = value.clone();
        }
        object
    }

    #[test]
    fn the_state_of_an_intent_tells_what_happened() {
        use PaymentEventKind as K;
        let of = |more: Value| told("payment_intent.anything", &intent(&more));
        for (more, expected) in [
            (json!({ "status": "requires_action" }), vec![]),
            (json!({ "status": "processing" }), vec![]),
            (
                json!({ "status": "requires_capture", "amount_capturable": 1490 }),
                vec![("authorized:pi_1".to_owned(), K::Authorized, 1490)],
            ),
            (
                json!({ "status": "succeeded", "amount_received": 1490 }),
                vec![("captured:pi_1".to_owned(), K::Captured, 1490)],
            ),
            (
                json!({ "status": "succeeded", "amount_received": 1000 }),
                vec![
                    ("captured:pi_1".to_owned(), K::Captured, 1000),
                    ("released:pi_1".to_owned(), K::Voided, 490),
                ],
            ),
            (
                json!({ "status": "canceled", "latest_charge": "ch_1" }),
                vec![("voided:pi_1".to_owned(), K::Voided, 1490)],
            ),
            (
                json!({ "status": "canceled", "latest_charge": null }),
                vec![],
            ),
            (
                json!({ "status": "requires_payment_method", "last_payment_error": { "charge": "ch_2", "message": "No." } }),
                vec![("failed:ch_2:pi_1".to_owned(), K::AuthorizeFailed, 1490)],
            ),
            (json!({ "status": "requires_payment_method" }), vec![]),
        ] {
            assert_eq!(of(more.clone()), expected, "{more}");
        }
    }

    #[test]
    fn intents_of_others_and_unknown_events_are_nobodys_business() {
        let stranger =
            intent(&json!({ "status": "succeeded", "amount_received": 1490, "metadata": {} }));
        assert_eq!(told("payment_intent.succeeded", &stranger), []);
        assert_eq!(told("customer.created", &json!({ "id": "cus_1" })), []);
    }

    #[test]
    fn refunds_and_disputes_are_told_by_their_intent() {
        use PaymentEventKind as K;
        let refund = |status: &str| json!({ "id": "re_1", "status": status, "currency": "jpy", "amount": 500, "payment_intent": "pi_1" });
        assert_eq!(
            told("refund.updated", &refund("succeeded")),
            [("refunded:re_1".to_owned(), K::Refunded, 500)]
        );
        assert_eq!(
            told("refund.failed", &refund("failed")),
            [("refund-failed:re_1".to_owned(), K::RefundFailed, 500)]
        );
        assert_eq!(told("refund.created", &refund("pending")), []);
        let dispute =
            json!({ "id": "dp_1", "currency": "eur", "amount": 1490, "payment_intent": "pi_1" });
        assert_eq!(
            told("charge.dispute.funds_withdrawn", &dispute),
            [("charged-back:dp_1".to_owned(), K::ChargedBack, 1490)]
        );
        assert_eq!(
            told("charge.dispute.funds_reinstated", &dispute),
            [("won-back:dp_1".to_owned(), K::ChargebackReversed, 1490)]
        );
    }

    #[test]
    fn what_cannot_be_read_is_said_so() {
        assert!(matches!(Event::read("{}"), Err(WebhookError::Malformed(_))));
        let odd = json!({ "id": "evt_1", "type": "payment_intent.succeeded", "created": 1,
            "data": { "object": intent(&json!({ "status": "succeeded", "currency": "zzz" })) } });
        let read = Event::read(&odd.to_string()).unwrap();
        assert!(matches!(read.messages(), Err(WebhookError::Malformed(_))));
    }
}
