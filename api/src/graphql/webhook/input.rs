use async_graphql::{ID, InputObject};

use crate::graphql::job::JobStatus;
use crate::graphql::order::EventKind;
use crate::graphql::scalar::Url;
use crate::service::webhook::{DeliveryFilter, WebhookPatch};

/// Writable fields of a webhook.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WebhookInput {
    /// Where events go; needed on create. It is https on port 443 of the Internet, unless an administrator opened a private
    /// network for webhooks.
    pub url: Option<Url>,
    /// What is sent; needed on create.
    pub event_kinds: Option<Vec<EventKind>>,
    /// Whether events are sent. Switching it on again sends what waited meanwhile.
    pub active: Option<bool>,
}

impl From<WebhookInput> for WebhookPatch {
    fn from(input: WebhookInput) -> Self {
        Self {
            url: input.url.map(|url| url.0),
            event_kinds: input
                .event_kinds
                .map(|kinds| kinds.into_iter().map(Into::into).collect()),
            is_active: input.active,
        }
    }
}

/// Input of webhookCreate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WebhookCreateInput {
    /// The webhook.
    pub webhook: WebhookInput,
}

/// Input of webhookUpdate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WebhookUpdateInput {
    /// The webhook.
    pub webhook_id: ID,
    /// What to change.
    pub webhook: WebhookInput,
}

/// Input of webhookSecretRotate.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WebhookSecretRotateInput {
    /// The webhook.
    pub webhook_id: ID,
}

/// Input of webhookTest.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WebhookTestInput {
    /// The webhook.
    pub webhook_id: ID,
    /// Kind of sample.
    pub kind: EventKind,
}

/// Input of webhookRedeliver.
#[derive(Clone, Debug, InputObject)]
pub(super) struct WebhookRedeliverInput {
    /// The delivery.
    pub webhook_delivery_id: ID,
}

/// Narrows deliveries.
#[derive(Clone, Debug, Default, InputObject)]
pub(super) struct WebhookDeliveryFilter {
    /// Of these kinds.
    pub kind: Option<Vec<EventKind>>,
    /// In these states.
    pub status: Option<Vec<JobStatus>>,
}

impl From<WebhookDeliveryFilter> for DeliveryFilter {
    fn from(filter: WebhookDeliveryFilter) -> Self {
        Self {
            kind: filter.kind.into_iter().flatten().map(Into::into).collect(),
            status: filter
                .status
                .into_iter()
                .flatten()
                .map(Into::into)
                .collect(),
        }
    }
}
