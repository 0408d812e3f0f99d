//! Events sent to addresses of others, signed. A delivery is written with its event's place in the feed, so that none is
//! forgotten and none is made twice; it is tried until it arrives or its tries are used up. Rules: `domain::webhook`; the
//! call itself: `crate::webhook`.

mod deliver;
mod error;
mod fan_out;
mod query;
mod queue;
mod secret;
mod send;
mod write;

pub use deliver::{deliver_due, deliver_to};
pub use error::WebhookError;
pub(in crate::service) use fan_out::fan_out;
pub use query::{DeliveryFilter, deliveries, find, find_delivery, list};
pub use queue::due;
pub use secret::{WithSecret, rotate_secret};
pub use send::{redeliver, test};
pub use write::{WebhookPatch, create, update};
