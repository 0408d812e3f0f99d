use async_graphql::{ID, InputObject, Object};
use domain::id::PaymentMessageId;
use entity::webhook_inbox;

use crate::error::Result;
use crate::graphql::connection::connection;
use crate::graphql::input::id_in;
use crate::graphql::scalar::DateTime;
use crate::graphql::shop::PaymentProvider;
use crate::service::payment::inbox::MessageFilter;

/// A message a provider sent, kept as it came before it was read. Those read to the end are kept for 90 days.
#[derive(Clone, Debug)]
pub struct PaymentMessage(pub webhook_inbox::Model);

/// A message a provider sent, kept as it came before it was read. Those read to the end are kept for 90 days.
#[Object]
impl PaymentMessage {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        PaymentMessageId::from(self.0.id).to_string().into()
    }
    /// Who sent it, such as stripe.
    fn provider(&self) -> &str {
        &self.0.provider
    }
    /// Its key there.
    fn event_id(&self) -> &str {
        &self.0.event_id
    }
    /// When it came.
    fn received_at(&self) -> DateTime {
        DateTime(self.0.received_at)
    }
    /// When it was read to the end; null while it waits, or when it could not be.
    fn processed_at(&self) -> Option<DateTime> {
        self.0.processed_at.map(DateTime)
    }
    /// How often reading it failed.
    fn failures(&self) -> i32 {
        self.0.attempts
    }
    /// Why reading it failed last.
    fn error(&self) -> Option<&str> {
        self.0.error.as_deref()
    }
}

connection!(
    PaymentMessageConnection,
    PaymentMessageEdge,
    PaymentMessage,
    "The message."
);

/// Narrows messages of providers.
#[derive(Clone, Copy, Debug, Default, InputObject)]
pub(super) struct PaymentMessageFilter {
    /// From this provider.
    pub provider: Option<PaymentProvider>,
    /// True: those read to the end; false: those that wait or could not be read.
    pub processed: Option<bool>,
}

impl From<PaymentMessageFilter> for MessageFilter {
    fn from(filter: PaymentMessageFilter) -> Self {
        Self {
            provider: filter.provider.map(Into::into),
            is_processed: filter.processed,
        }
    }
}

/// Input of paymentMessageReplay.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PaymentMessageReplayInput {
    /// The message.
    pub payment_message_id: ID,
}

impl TryFrom<PaymentMessageReplayInput> for PaymentMessageId {
    type Error = crate::error::Error;

    fn try_from(input: PaymentMessageReplayInput) -> Result<Self> {
        id_in::<Self>(&input.payment_message_id, &["paymentMessageId"])
    }
}
