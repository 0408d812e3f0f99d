//! Payments, refunds and ways to pay at the edge. Rules: `domain::order::{payment, refund}`; writes: `service::payment`.

mod enums;
mod error;
mod input;
mod loader;
mod mutation;
mod query;
mod refund;
mod types;

pub use error::PaymentUserError;
pub use mutation::PaymentMutation;
pub use query::PaymentQuery;
pub use refund::{Refund, RefundBreakdown};
pub(in crate::graphql) use refund::{load_refund, refund_of_cancellation, refunds_of};
pub(in crate::graphql) use types::payments_of;
pub use types::{Payment, PaymentEvent, PaymentMethod, PaymentSession, methods_of_channel};
