//! Orders: purchases whose status fields move independently.

pub mod actions;
pub mod approval;
pub mod cancel;
pub mod change;
pub mod confirmation;
pub mod cost;
pub mod fulfillment;
pub mod number;
pub mod order_money;
pub mod payment;
pub mod refund;
pub mod request;
pub mod state;

pub use actions::{Action, Asker, OrderFacts, PaymentFacts, fulfillment_actions};
pub use approval::{ApprovalLevel, ApprovalSoFar};
pub use cancel::{
    BuyerCancellation, CancellationError, CancellationScope, OrderCancellationReason,
    buyer_cancellation, buyer_units_cancellation, cancellation_scope, may_be_cancelled,
    may_lose_units,
};
pub use change::{ChangeError, ChangeStep};
pub use confirmation::{
    ConfirmationPolicy, ConfirmationTimeout, OrderConfirmationOutcome, OrderConfirmationStatus,
};
pub use cost::OrderCost;
pub use fulfillment::{
    FulfillmentEvent, FulfillmentHoldReason, FulfillmentStatus, FulfillmentTransitionError,
    LineUnits, OrderFulfillmentStatus, SplitError,
};
pub use number::order_number;
pub use order_money::OrderMoney;
pub use payment::{
    OrderPaymentStatus, PaymentBalances, PaymentEventKind, PaymentProvider, PaymentStatus,
};
pub use refund::{RefundStatus, TransferStatus, TransferWay};
pub use request::{Decision, RequestError, RequestStatus};
pub use state::{OrderEvent, OrderStatus, TransitionError};
