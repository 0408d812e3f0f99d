use async_graphql::{Context, Object, Result, SimpleObject};
use domain::id::{WebhookDeliveryId, WebhookId};

use super::input::{
    WebhookCreateInput, WebhookRedeliverInput, WebhookSecretRotateInput, WebhookTestInput,
    WebhookUpdateInput,
};
use super::types::{Webhook, WebhookDelivery};
use crate::graphql::context::Reach;
use crate::graphql::error::Outcome;
use crate::graphql::input::id_in;
use crate::graphql::job::OperationsUserError;
use crate::graphql::payload::{outcome, payloads};
use crate::service::webhook::{self, WebhookError, WithSecret};

/// Mutations of webhooks.
#[derive(Default)]
pub struct WebhookMutation;

payloads! {
    OperationsUserError;

    /// Result of webhookUpdate.
    WebhookUpdatePayload { webhook: Webhook }

    /// Result of webhookTest.
    WebhookTestPayload { webhook_delivery: WebhookDelivery }

    /// Result of webhookRedeliver.
    WebhookRedeliverPayload { webhook_delivery: WebhookDelivery }
}

/// Declares the payloads that show a secret once.
macro_rules! secret_payloads {
    ($($(#[$doc:meta])* $name:ident)+) => {$(
        $(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            /// Null if refused.
            webhook: Option<Webhook>,
            /// To check signatures, shown only here.
            signing_secret: Option<String>,
            /// Why it was refused.
            user_errors: Vec<OperationsUserError>,
        }

        impl From<Outcome<WithSecret, OperationsUserError>> for $name {
            fn from(outcome: Outcome<WithSecret, OperationsUserError>) -> Self {
                let shown = outcome.value.map(|made| (Webhook(made.webhook), made.secret));
                let (webhook, signing_secret) = shown.unzip();
                Self {
                    webhook,
                    signing_secret,
                    user_errors: outcome.user_errors,
                }
            }
        }
    )+};
}

secret_payloads! {
    /// Result of webhookCreate.
    WebhookCreatePayload

    /// Result of webhookSecretRotate.
    WebhookSecretRotatePayload
}

#[Object]
impl WebhookMutation {
    /// Adds an address that gets events. Needs permission WEBHOOK_WRITE.
    async fn webhook_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: WebhookCreateInput,
    ) -> Option<Result<WebhookCreatePayload>> {
        let payload = async {
            let answer = webhook::create(ctx.app()?, ctx.viewer()?, input.webhook.into()).await;
            Ok(outcome(ctx, answer)?.into())
        };
        Some(payload.await)
    }

    /// Changes a webhook or switches it off. Needs permission WEBHOOK_WRITE.
    async fn webhook_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: WebhookUpdateInput,
    ) -> Option<Result<WebhookUpdatePayload>> {
        let payload = async {
            let answer = match id_in::<WebhookId>(&input.webhook_id, &["webhookId"]) {
                Ok(id) => {
                    webhook::update(ctx.app()?, ctx.viewer()?, id, input.webhook.into()).await
                }
                Err(error) => Err(WebhookError::Common(error)),
            };
            Ok(WebhookUpdatePayload::new(outcome(ctx, answer)?, Webhook))
        };
        Some(payload.await)
    }

    /// Gives a webhook a new secret; for 24 hours events are signed with the one before as well. Needs permission WEBHOOK_WRITE.
    async fn webhook_secret_rotate(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: WebhookSecretRotateInput,
    ) -> Option<Result<WebhookSecretRotatePayload>> {
        let payload = async {
            let answer = match id_in::<WebhookId>(&input.webhook_id, &["webhookId"]) {
                Ok(id) => webhook::rotate_secret(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(WebhookError::Common(error)),
            };
            Ok(outcome(ctx, answer)?.into())
        };
        Some(payload.await)
    }

    /// Sends a sample event now, once; the delivery tells what became of it. Needs permission WEBHOOK_WRITE.
    async fn webhook_test(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: WebhookTestInput,
    ) -> Option<Result<WebhookTestPayload>> {
        let payload = async {
            let answer = match id_in::<WebhookId>(&input.webhook_id, &["webhookId"]) {
                Ok(id) => webhook::test(ctx.app()?, ctx.viewer()?, id, input.kind.into()).await,
                Err(error) => Err(WebhookError::Common(error)),
            };
            Ok(WebhookTestPayload::new(
                outcome(ctx, answer)?,
                WebhookDelivery,
            ))
        };
        Some(payload.await)
    }

    /// Sends a past delivery again. Needs permission WEBHOOK_WRITE.
    async fn webhook_redeliver(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: WebhookRedeliverInput,
    ) -> Option<Result<WebhookRedeliverPayload>> {
        let payload = async {
            let id = id_in::<WebhookDeliveryId>(&input.webhook_delivery_id, &["webhookDeliveryId"]);
            let answer = match id {
                Ok(id) => webhook::redeliver(ctx.app()?, ctx.viewer()?, id).await,
                Err(error) => Err(WebhookError::Common(error)),
            };
            Ok(WebhookRedeliverPayload::new(
                outcome(ctx, answer)?,
                WebhookDelivery,
            ))
        };
        Some(payload.await)
    }
}
