//! Parcels at the edge. Rules: `domain::order::fulfillment`; writes: `service::fulfillment`.

mod error;
mod input;
mod loader;
mod mutation;
mod types;

pub use error::FulfillmentUserError;
pub use mutation::FulfillmentMutation;
pub(in crate::graphql) use types::fulfillments_of;
pub use types::{
    Fulfillment, FulfillmentHold, FulfillmentHoldReason, Tracking, TrackingEvent, TrackingInput,
};
