//! Orders: purchases whose status fields move independently.

pub mod actions;
pub mod cancel;
pub mod confirmation;
pub mod fulfillment;
pub mod payment;
pub mod state;

pub use actions::Action;
pub use cancel::{OrderCancellationReason, RequestStatus};
pub use confirmation::{
    ConfirmationPolicy, Decision, OrderConfirmationOutcome, OrderConfirmationStatus,
};
pub use fulfillment::{FulfillmentStatus, OrderFulfillmentStatus};
pub use payment::{
    OrderPaymentStatus, PaymentEventKind, PaymentProvider, PaymentStatus, RefundStatus,
};
pub use state::OrderStatus;
