//! Money that moves outside, such as a bank transfer: staff say when it arrived and when it went back.

use chrono::{DateTime, Utc};
use domain::order::PaymentEventKind;
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, ready};
use uuid::Uuid;

use super::{
    Instruction, Opened, Opening, Provider, ProviderError, ProviderMessage, Settlement, Webhook,
    WebhookError,
};

/// The provider without a provider.
pub struct Manual;

impl Manual {
    fn told(instruction: &Instruction, kind: PaymentEventKind) -> Settlement {
        Settlement::Done(vec![ProviderMessage {
            event_id: format!("{kind}:{}", instruction.idempotency_key),
            provider_ref: instruction.provider_ref.clone(),
            kind,
            amount: instruction.amount,
            occurred_at: instruction.now,
            message: None,
            refund_id: None,
        }])
    }
}

impl Provider for Manual {
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Result<Opened, ProviderError>> {
        let provider_ref = format!("manual_{}", opening.payment_id.simple());
        let opened = Opened {
            provider_ref,
            redirect_url: None,
            client_secret: None,
            parameters: None,
            expires_at: opening.due_at,
            follow_ups: Vec::new(),
        };
        ready(Ok(opened)).boxed()
    }

    fn capture<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        ready(Ok(Self::told(instruction, PaymentEventKind::Captured))).boxed()
    }

    fn void<'a>(
        &'a self,
        instruction: &'a Instruction,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        ready(Ok(Self::told(instruction, PaymentEventKind::Voided))).boxed()
    }

    fn refund<'a>(
        &'a self,
        _instruction: &'a Instruction,
        _refund_id: Uuid,
    ) -> BoxFuture<'a, Result<Settlement, ProviderError>> {
        ready(Ok(Settlement::ByHand)).boxed()
    }

    fn verify_webhook(
        &self,
        _webhook: &Webhook<'_>,
        _now: DateTime<Utc>,
    ) -> Result<String, WebhookError> {
        Err(WebhookError::BadSignature) // nobody can speak for it
    }

    fn parse_webhook(&self, _body: &str) -> Result<Vec<ProviderMessage>, WebhookError> {
        Err(WebhookError::Malformed(
            "this provider sends no messages".to_owned(),
        ))
    }
}
