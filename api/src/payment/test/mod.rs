//! The test provider: plays a bank without one. It works like a real one: asynchronously, over signed webhooks that may
//! fail, be late or come twice.
//!
//! It keeps no state of its own: keys are derived from the payment's id, and what it will send are jobs of the outbox, so
//! that a rehearsal survives a restart.

pub mod courier;
pub mod scenario;

use std::sync::{Arc, OnceLock};

use aws_lc_rs::hmac;
use chrono::{DateTime, TimeDelta, Utc};
use data_encoding::BASE32_NOPAD;
use domain::Money;
use domain::order::PaymentEventKind;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use uuid::Uuid;

use self::courier::{Courier, CourierError};
use self::scenario::Scenario;
use super::signature::{self, ID_HEADER, SIGNATURE_HEADER, SignedMessage, TIMESTAMP_HEADER};
use super::{
    FollowUp, Instruction, Opened, Opening, Provider, ProviderError, ProviderMessage, Settlement,
    WEBHOOK_TOLERANCE, Webhook, WebhookError,
};

/// How long the test provider thinks before it sends something by itself.
const PAUSE: TimeDelta = TimeDelta::seconds(1);
/// How long a session lasts for an order that waits without an end.
const SESSION: TimeDelta = TimeDelta::minutes(30);
/// How far past an order's due time a late payment comes.
const LATE_BY: TimeDelta = TimeDelta::minutes(1);

/// The provider.
pub struct TestProvider {
    secret: String,
    page: String,
    courier: OnceLock<Arc<dyn Courier>>,
}

impl TestProvider {
    /// Makes the provider; `page` is the address under which its pages are reached, without a slash at its end. It sends
    /// nothing until it knows its courier; what was due by then is sent later.
    #[must_use]
    pub fn new(secret: &str, page: &str) -> Self {
        Self {
            secret: secret.to_owned(),
            page: page.to_owned(),
            courier: OnceLock::new(),
        }
    }

    /// Says who carries its messages; the first word counts.
    pub fn deliver_by(&self, courier: Arc<dyn Courier>) {
        if self.courier.set(courier).is_err() {
            tracing::warn!("the test payment provider has a courier already");
        }
    }

    /// What a scenario sends, and when.
    #[must_use]
    pub fn play(&self, scenario: Scenario, opening: &Opening) -> Vec<FollowUp> {
        let soon = opening.now + PAUSE;
        let late = opening.due_at.map_or(soon, |due| due + LATE_BY);
        let send = |name: &str, kind: PaymentEventKind, send_at: DateTime<Utc>| FollowUp {
            message: self.message(opening.payment_id, name, kind, opening.amount, send_at),
            send_at,
        };
        match scenario {
            Scenario::Success => vec![send("captured", PaymentEventKind::Captured, soon)],
            Scenario::Decline => vec![FollowUp {
                message: ProviderMessage {
                    message: Some("The card was declined.".to_owned()),
                    ..self.message(
                        opening.payment_id,
                        "declined",
                        PaymentEventKind::AuthorizeFailed,
                        opening.amount,
                        soon,
                    )
                },
                send_at: soon,
            }],
            Scenario::Late => vec![send("captured", PaymentEventKind::Captured, late)],
            Scenario::Duplicate => {
                let once = send("captured", PaymentEventKind::Captured, soon);
                vec![once.clone(), once]
            }
            Scenario::Twice => vec![
                send("captured", PaymentEventKind::Captured, soon),
                send("captured-again", PaymentEventKind::Captured, soon + PAUSE),
            ],
            Scenario::Authorize => vec![send("authorized", PaymentEventKind::Authorized, soon)],
            Scenario::Wait => Vec::new(),
        }
    }

    /// Signs and sends a message to the shop's own webhook address.
    ///
    /// # Errors
    /// When it was not taken; the same message is to be sent again later.
    pub async fn send(
        &self,
        message: &ProviderMessage,
        now: DateTime<Utc>,
    ) -> Result<(), CourierError> {
        let body =
            serde_json::to_string(message).map_err(|error| CourierError(error.to_string()))?;
        let courier = self
            .courier
            .get()
            .ok_or_else(|| CourierError("the server does not listen yet".to_owned()))?;
        courier
            .deliver(signature::sign(&self.secret, &message.event_id, now, body))
            .await
    }

    /// The payment's key at this provider: unguessable, because it opens the payment's page, and always the same.
    #[must_use]
    pub fn reference(&self, payment_id: Uuid) -> String {
        format!("test_{}", self.derived("payment", payment_id))
    }

    fn message(
        &self,
        payment_id: Uuid,
        name: &str,
        kind: PaymentEventKind,
        amount: Money,
        at: DateTime<Utc>,
    ) -> ProviderMessage {
        ProviderMessage {
            event_id: format!("evt_{}", self.derived(name, payment_id)),
            provider_ref: self.reference(payment_id),
            kind,
            amount,
            occurred_at: at,
            message: None,
            refund_id: None,
        }
    }

    fn derived(&self, label: &str, id: Uuid) -> String {
        let key = hmac::Key::new(hmac::HMAC_SHA256, self.secret.as_bytes());
        let tag = hmac::sign(&key, format!("{label}:{id}").as_bytes());
        let bytes: Vec<u8> = tag.as_ref().iter().copied().take(20).collect();
        BASE32_NOPAD.encode(&bytes).to_ascii_lowercase()
    }
}

impl Provider for TestProvider {
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, ProviderError>> {
        let provider_ref = self.reference(opening.payment_id);
        let scenario = opening
            .return_url
            .as_ref()
            .map_or(Scenario::Success, Scenario::of_return_url);
        let opened = Opened {
            redirect_url: Some(format!("{}/{provider_ref}", self.page)),
            client_secret: None,
            parameters: None,
            provider_ref,
            expires_at: Some(opening.due_at.unwrap_or(opening.now + SESSION)),
            follow_ups: self.play(scenario, opening),
        };
        ready(Ok(opened)).boxed()
    }

    fn capture<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        let name = format!("capture:{}", instruction.idempotency_key);
        let message = self.message(
            instruction.payment_id,
            &name,
            PaymentEventKind::Captured,
            instruction.amount,
            instruction.now,
        );
        ready(Ok(Settlement::Done(vec![message]))).boxed()
    }

    fn void<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        let name = format!("void:{}", instruction.idempotency_key);
        let message = self.message(
            instruction.payment_id,
            &name,
            PaymentEventKind::Voided,
            instruction.amount,
            instruction.now,
        );
        ready(Ok(Settlement::Done(vec![message]))).boxed()
    }

    fn refund<'a>(
        &'a self,
        instruction: &'a Instruction,
        refund_id: Uuid,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        let send_at = instruction.now + PAUSE;
        let message = ProviderMessage {
            provider_ref: instruction.provider_ref.clone(),
            refund_id: Some(refund_id),
            ..self.message(
                instruction.payment_id,
                &format!("refund:{refund_id}"),
                PaymentEventKind::Refunded,
                instruction.amount,
                send_at,
            )
        };
        ready(Ok(Settlement::Accepted(vec![FollowUp {
            message,
            send_at,
        }])))
        .boxed()
    }

    fn verify_webhook(
        &self,
        webhook: &Webhook<'_>,
        now: DateTime<Utc>,
    ) -> Result<String, WebhookError> {
        let message = SignedMessage {
            id: webhook.header(ID_HEADER),
            timestamp: webhook.header(TIMESTAMP_HEADER),
            signatures: webhook.header(SIGNATURE_HEADER),
            body: webhook.body,
        };
        signature::verify(&self.secret, &message, now, WEBHOOK_TOLERANCE)?;
        Ok(message.id.to_owned())
    }

    fn parse_webhook(&self, body: &str) -> Result<Vec<ProviderMessage>, WebhookError> {
        let message = serde_json::from_str(body)
            .map_err(|error| WebhookError::Malformed(error.to_string()))?;
        Ok(vec![message])
    }
}
