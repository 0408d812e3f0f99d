use async_graphql::{Context, ID, Object, Result};
use domain::id::{WebhookDeliveryId, WebhookId};

use super::input::WebhookDeliveryFilter;
use super::loader::SentEvent;
use crate::error::Error;
use crate::graphql::connection::connection;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::event::Event;
use crate::graphql::input::paging;
use crate::graphql::job::JobStatus;
use crate::graphql::order::EventKind;
use crate::graphql::scalar::{DateTime, Url};
use crate::service::webhook;

/// An address that gets events, each signed by the Standard Webhooks scheme.
#[derive(Clone)]
pub struct Webhook(pub entity::webhook::Model);

/// An address that gets events, each signed by the Standard Webhooks scheme.
#[Object]
impl Webhook {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        WebhookId(self.0.id).to_string().into()
    }

    /// Where events go.
    fn url(&self) -> Result<Url> {
        let url = url::Url::parse(&self.0.url).map_err(Error::internal);
        url.map(Url).map_err(|error| top_level(&error))
    }

    /// What is sent.
    fn event_kinds(&self) -> Vec<EventKind> {
        let kinds = self.0.event_kinds.0.iter().copied();
        kinds.map(Into::into).collect()
    }

    /// Whether events are sent.
    fn active(&self) -> bool {
        self.0.is_active
    }

    /// Why it was switched off by itself.
    fn disabled_reason(&self) -> Option<&str> {
        self.0.disabled_reason.as_deref()
    }

    /// What was sent, newest first. Deliveries are kept as long as their events: 30 days.
    async fn deliveries(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<WebhookDeliveryFilter>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<WebhookDeliveryConnection> {
        let request = paging(ctx, first, after, last, before)?;
        let filter = filter.unwrap_or_default().into();
        let page = webhook::deliveries(ctx.app()?, &self.0, &filter, &request).await;
        page.map(|page| WebhookDeliveryConnection::new(page, WebhookDelivery))
            .map_err(|error| top_level(&error))
    }
}

/// One event sent to one webhook.
#[derive(Clone)]
pub struct WebhookDelivery(pub entity::webhook_delivery::Model);

/// One event sent to one webhook.
#[Object]
impl WebhookDelivery {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        WebhookDeliveryId(self.0.id).to_string().into()
    }

    /// The event.
    async fn event(&self, ctx: &Context<'_>) -> Result<Event> {
        let event = ctx
            .loaders()?
            .load_one(SentEvent(self.0.event_id))
            .await
            .map_err(|error| top_level_shared(&error))?
            .ok_or_else(|| top_level(&Error::NotFound("event")))?;
        Ok(Event(event.as_ref().clone()))
    }

    /// Where it stands.
    fn status(&self) -> JobStatus {
        self.0.status.0.into()
    }

    /// Tries so far.
    fn attempts(&self) -> i32 {
        self.0.attempts
    }

    /// HTTP status of the last answer.
    fn response_status(&self) -> Option<i32> {
        self.0.response_status
    }

    /// Last failure.
    fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }

    /// When it is tried next.
    fn next_attempt_at(&self) -> Option<DateTime> {
        self.0.next_attempt_at.map(DateTime)
    }
}

connection!(
    WebhookDeliveryConnection,
    WebhookDeliveryEdge,
    WebhookDelivery,
    "The delivery."
);
