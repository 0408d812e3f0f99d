//! Payments, refunds and ways to pay at the edge. Rules: `domain::order::payment`; writes: `service::payment`.

mod enums;
mod error;
mod input;
mod loader;
mod mutation;
mod types;

pub use error::PaymentUserError;
pub use mutation::PaymentMutation;
pub use types::{
    Payment, PaymentEvent, PaymentMethod, PaymentSession, Refund, RefundBreakdown,
    methods_of_channel,
};
pub(in crate::graphql) use types::{payments_of, refunds_of};
