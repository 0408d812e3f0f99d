//! Stripe, by its payment intents: the buyer pays in Stripe's own form, with the client secret of the intent; webhooks tell
//! what came of it.

mod amount;
mod client;
mod object;
mod signature;

use chrono::{DateTime, TimeDelta, Utc};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use serde_json::json;
use uuid::Uuid;

use self::client::{Client, Refusal};
use self::object::{Event, Intent, Refund, Refunds};
use super::{
    Inquiry, Instruction, Opened, Opening, Provider, ProviderError, ProviderMessage, Settlement,
    Webhook, WebhookError,
};
use crate::config::{CaptureTime, Secret, StripeConfig};
use crate::error::Result;

/// Stripe forgets keys after a day; from then on it is asked whether it did a thing before.
const KEYS_LAST: TimeDelta = TimeDelta::hours(23);
/// How long a session lasts for an order that waits without an end.
const SESSION: TimeDelta = TimeDelta::hours(24);

/// The provider.
pub struct Stripe {
    client: Client,
    publishable_key: String,
    webhook_secrets: Vec<Secret>,
    capture: CaptureTime,
}

impl Stripe {
    /// Makes the provider of an account; nothing is sent yet.
    ///
    /// # Errors
    /// When the system offers no TLS.
    pub fn try_new(config: &StripeConfig) -> Result<Self> {
        Ok(Self {
            client: Client::try_new(config.url.as_str(), config.secret_key.clone())?,
            publishable_key: config.publishable_key.clone(),
            webhook_secrets: config.webhook_secrets.clone(),
            capture: config.capture,
        })
    }

    async fn create(&self, opening: &Opening) -> Result<Opened, ProviderError> {
        let form = [
            ("amount", units(opening.amount)?),
            (
                "currency",
                opening.amount.currency.code().to_ascii_lowercase(),
            ),
            (
                "capture_method",
                match self.capture {
                    CaptureTime::AtPayment => "automatic".to_owned(),
                    CaptureTime::AtConfirmation => "manual".to_owned(),
                },
            ),
            // Cards and wallets answer at once; an order would lapse while a debit is under way.
            ("payment_method_types[]", "card".to_owned()),
            ("metadata[payment_id]", opening.payment_id.to_string()),
        ];
        let key = format!("open:{}", opening.payment_id);
        let intent: Intent = self
            .client
            .post("/v1/payment_intents", &form, Some(&key))
            .await?;
        Ok(Opened {
            provider_ref: intent.id,
            redirect_url: None,
            client_secret: intent.client_secret,
            parameters: Some(json!({ "publishableKey": self.publishable_key })),
            expires_at: Some(opening.due_at.unwrap_or(opening.now + SESSION)),
            follow_ups: Vec::new(),
        })
    }

    /// Asks for a step of an intent. When it can take no step any more, where it stands is the answer.
    async fn step(
        &self,
        instruction: &Instruction,
        verb: &str,
        form: &[(&str, String)],
        key: Option<&str>,
    ) -> Result<Settlement, ProviderError> {
        let path = format!("{}/{verb}", intent_path(&instruction.provider_ref));
        let intent = match self.client.post(&path, form, key).await {
            Ok(intent) => intent,
            Err(Refusal::Declined(words, intent)) => intent
                .filter(|intent| intent.is_over())
                .map(|intent| *intent)
                .ok_or(ProviderError::Declined(words))?,
            Err(refusal @ Refusal::Unavailable(_)) => return Err(refusal.into()),
        };
        settled(intent.messages(instruction.now))
    }

    async fn look(&self, inquiry: &Inquiry) -> Result<Vec<ProviderMessage>, ProviderError> {
        let intent: Intent = self.client.get(&intent_path(&inquiry.provider_ref)).await?;
        let refunds = self.refunds_of(&inquiry.provider_ref).await?;
        let unread = |error: WebhookError| ProviderError::Unavailable(error.to_string());
        let mut messages = intent.messages(inquiry.now).map_err(unread)?;
        for refund in refunds {
            messages.extend(refund.messages(inquiry.now).map_err(unread)?);
        }
        Ok(messages)
    }

    async fn refunds_of(&self, reference: &str) -> Result<Vec<Refund>, ProviderError> {
        let intent = plain(reference);
        let path = format!("/v1/refunds?limit=100&payment_intent={intent}");
        let refunds: Refunds = self.client.get(&path).await?;
        Ok(refunds.data)
    }

    async fn give_back(
        &self,
        instruction: &Instruction,
        refund_id: Uuid,
    ) -> Result<Settlement, ProviderError> {
        if instruction.now - instruction.decided_at > KEYS_LAST {
            let refunds = self.refunds_of(&instruction.provider_ref).await?;
            let of_transfer = |refund: &Refund| refund.transfer_id() == Some(refund_id);
            if let Some(refund) = refunds.into_iter().find(of_transfer) {
                return settled(refund.messages(instruction.now));
            }
        }
        let form = [
            ("payment_intent", instruction.provider_ref.clone()),
            ("amount", units(instruction.amount)?),
            ("metadata[refund_id]", refund_id.to_string()),
        ];
        let refund: Refund = self
            .client
            .post("/v1/refunds", &form, Some(&instruction.idempotency_key))
            .await?;
        settled(refund.messages(instruction.now))
    }
}

impl Provider for Stripe {
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, ProviderError>> {
        self.create(opening).boxed()
    }

    fn capture<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        async move {
            let form = [("amount_to_capture", units(instruction.amount)?)];
            let key = Some(instruction.idempotency_key.as_str());
            self.step(instruction, "capture", &form, key).await
        }
        .boxed()
    }

    fn void<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        // Without a key: asked again after a no, an answer of now is wanted.
        self.step(instruction, "cancel", &[], None).boxed()
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
        self.look(inquiry).boxed()
    }

    fn verify_webhook(
        &self,
        webhook: &Webhook<'_>,
        now: DateTime<Utc>,
    ) -> Result<String, WebhookError> {
        let header = webhook.header(signature::HEADER);
        signature::verify(&self.webhook_secrets, header, webhook.body, now)?;
        Ok(Event::read(webhook.text()?)?.id)
    }

    fn parse_webhook(&self, body: &str) -> Result<Vec<ProviderMessage>, WebhookError> {
        Event::read(body)?.messages()
    }
}

fn units(amount: domain::Money) -> Result<String, ProviderError> {
    amount::to_stripe(amount)
        .map(|units| units.to_string())
        .ok_or_else(|| {
            ProviderError::Declined(format!("{} cannot be charged exactly", amount.currency))
        })
}

/// The path of an intent.
fn intent_path(reference: &str) -> String {
    format!("/v1/payment_intents/{}", plain(reference))
}

/// A reference as Stripe makes them, so that it is never more than one segment or value of an address.
fn plain(reference: &str) -> String {
    reference
        .chars()
        .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
        .collect()
}

fn settled(
    messages: Result<Vec<ProviderMessage>, WebhookError>,
) -> Result<Settlement, ProviderError> {
    let messages = messages.map_err(|error| ProviderError::Unavailable(error.to_string()))?;
    Ok(if messages.is_empty() {
        Settlement::Accepted(Vec::new())
    } else {
        Settlement::Done(messages)
    })
}
