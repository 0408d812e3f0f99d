//! Addresses that get events. Rules: `domain::webhook`; writes: `service::webhook`.

mod error;
mod input;
mod loader;
mod mutation;
mod query;
mod types;

pub use mutation::WebhookMutation;
pub use query::WebhookQuery;
pub use types::{Webhook, WebhookDelivery, WebhookDeliveryConnection, WebhookDeliveryEdge};
