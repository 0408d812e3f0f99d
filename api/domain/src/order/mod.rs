//! Orders: purchases whose status fields move independently.

pub mod actions;
pub mod cancel;
pub mod confirmation;
pub mod fulfillment;
pub mod number;
pub mod payment;
pub mod refund;
pub mod state;

pub use actions::{Action, Asker, OrderFacts, PaymentFacts, fulfillment_actions};
pub use cancel::{
    BuyerCancellation, OrderCancellationReason, RequestStatus, buyer_cancellation, may_be_cancelled,
};
pub use confirmation::{
    ConfirmationPolicy, Decision, OrderConfirmationOutcome, OrderConfirmationStatus,
};
pub use fulfillment::{
    FulfillmentEvent, FulfillmentStatus, FulfillmentTransitionError, LineUnits,
    OrderFulfillmentStatus,
};
pub use number::order_number;
pub use payment::{
    OrderMoney, OrderPaymentStatus, PaymentBalances, PaymentEventKind, PaymentProvider,
    PaymentStatus,
};
pub use refund::{RefundStatus, TransferStatus};
pub use state::{OrderEvent, OrderStatus, TransitionError};
