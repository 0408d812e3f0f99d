//! Payments, refunds and ways to pay at the edge. Rules: `domain::order::{payment, refund}`; writes: `service::payment`.

mod enums;
mod error;
mod input;
mod loader;
mod message;
mod mutation;
mod query;
mod refund;
mod refund_request;
mod settlement;
mod types;
mod unmatched;

pub use error::PaymentUserError;
pub use message::{PaymentMessage, PaymentMessageConnection, PaymentMessageEdge};
pub use mutation::PaymentMutation;
pub use query::PaymentQuery;
pub use refund::{Refund, RefundBreakdown};
pub(in crate::graphql) use refund::{load_refund, refund_of_cancellation, refunds_of};
pub use refund_request::{
    RefundApproval, RefundRequest, RefundRequestConnection, RefundRequestEdge,
};
pub(in crate::graphql) use refund_request::{request_of_case, requests_of};
pub use settlement::{
    SettlementImport, SettlementImportConnection, SettlementImportEdge, SettlementLine,
    SettlementLineConnection, SettlementLineEdge,
};
pub(in crate::graphql) use types::payments_of;
pub use types::{Payment, PaymentEvent, PaymentMethod, PaymentSession, methods_of_channel};
pub use unmatched::{UnmatchedPayment, UnmatchedPaymentConnection, UnmatchedPaymentEdge};
