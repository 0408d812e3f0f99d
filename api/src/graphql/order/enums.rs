use async_graphql::Enum;

/// Where a purchase stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderStatus")]
pub enum OrderStatus {
    /// Written by staff, not placed.
    Draft,
    /// Placed; waits for payment or the next step.
    Placed,
    /// Waits for an approver.
    AwaitingApproval,
    /// Received; the back office is checking.
    AwaitingConfirmation,
    /// The back office confirmed.
    Confirmed,
    /// Delivered and done.
    Completed,
    /// Called off.
    Cancelled,
    /// Refused by an approver or the back office.
    Rejected,
    /// Not paid in time.
    Expired,
}

/// Where the money stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderPaymentStatus")]
pub enum OrderPaymentStatus {
    /// Nothing yet.
    None,
    /// Promised by the bank.
    Authorized,
    /// Some received.
    PartiallyPaid,
    /// All received.
    Paid,
    /// Too much received.
    Overpaid,
    /// Some given back.
    PartiallyRefunded,
    /// All given back.
    Refunded,
    /// Promise dropped.
    Voided,
}

/// Where the goods stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderFulfillmentStatus")]
pub enum OrderFulfillmentStatus {
    /// Nothing sent.
    Unfulfilled,
    /// Held back.
    OnHold,
    /// Lacks stock.
    Backordered,
    /// Some sent.
    Partial,
    /// All sent.
    Fulfilled,
    /// All arrived.
    Delivered,
    /// Called off.
    Cancelled,
}

/// Where a confirmation request stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderConfirmationStatus")]
pub enum OrderConfirmationStatus {
    /// Not sent yet.
    Pending,
    /// Sent, no answer yet.
    Sent,
    /// All can be delivered.
    Confirmed,
    /// Less, later or something else.
    Partial,
    /// Cannot be delivered.
    Rejected,
    /// No answer in time.
    TimedOut,
}

/// Answers of the back office.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderConfirmationOutcome")]
pub enum OrderConfirmationOutcome {
    /// All can be delivered.
    Confirmed,
    /// Less, later or else; the buyer is asked.
    Partial,
    /// None; money, stock and coupons go back.
    Rejected,
}

/// Why an order is cancelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::OrderCancellationReason")]
pub enum OrderCancellationReason {
    /// The buyer's wish.
    Customer,
    /// Payment failed.
    Payment,
    /// Looks like fraud.
    Fraud,
    /// No stock.
    Inventory,
    /// Staff's decision.
    Staff,
    /// Another reason.
    Other,
}

/// Where a request from one party to another stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::RequestStatus")]
pub enum RequestStatus {
    /// No answer yet.
    Pending,
    /// Answered yes.
    Accepted,
    /// Answered no.
    Declined,
    /// Taken back.
    Cancelled,
    /// No answer in time.
    Expired,
}

/// Answer to a request that waits for you.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::Decision")]
pub enum Decision {
    /// Yes.
    Accept,
    /// No.
    Decline,
}

/// What you may do to an object now; each value names the mutation it allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::Action")]
pub enum Action {
    /// Allows orderPlace.
    OrderPlace,
    /// Allows orderApprovalRespond.
    OrderApprovalRespond,
    /// Allows orderConfirmationRespond.
    OrderConfirmationRespond,
    /// Allows orderProposalRespond.
    OrderProposalRespond,
    /// Allows orderCancel.
    OrderCancel,
    /// Allows orderCancellationRequest.
    OrderCancellationRequest,
    /// Allows orderCancellationRespond.
    OrderCancellationRespond,
    /// Allows orderChangeCreate.
    OrderChangeCreate,
    /// Allows orderChangeRespond.
    OrderChangeRespond,
    /// Allows orderReceive.
    OrderReceive,
    /// Allows paymentStart.
    PaymentStart,
    /// Allows paymentCapture.
    PaymentCapture,
    /// Allows paymentVoid.
    PaymentVoid,
    /// Allows refundCreate.
    RefundCreate,
    /// Allows refundSettle.
    RefundSettle,
    /// Allows fulfillmentCreate.
    FulfillmentCreate,
    /// Allows fulfillmentShip.
    FulfillmentShip,
    /// Allows fulfillmentDeliver.
    FulfillmentDeliver,
    /// Allows fulfillmentCancel.
    FulfillmentCancel,
    /// Allows fulfillmentRelease.
    FulfillmentRelease,
    /// Allows fulfillmentHold.
    FulfillmentHold,
    /// Allows fulfillmentPick.
    FulfillmentPick,
    /// Allows fulfillmentPack.
    FulfillmentPack,
    /// Allows fulfillmentSplit.
    FulfillmentSplit,
    /// Allows fulfillmentMove.
    FulfillmentMove,
    /// Allows fulfillmentLose.
    FulfillmentLose,
    /// Allows fulfillmentReturn.
    FulfillmentReturn,
    /// Allows fulfillmentTrack.
    FulfillmentTrack,
    /// Allows afterSaleRequest.
    AfterSaleRequest,
    /// Allows afterSaleRespond.
    AfterSaleRespond,
    /// Allows afterSaleShip.
    AfterSaleShip,
    /// Allows afterSaleReceive.
    AfterSaleReceive,
    /// Allows afterSaleInspect.
    AfterSaleInspect,
    /// Allows afterSaleRefund.
    AfterSaleRefund,
    /// Allows afterSaleCancel.
    AfterSaleCancel,
}

/// What can happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::event::EventKind")]
pub enum EventKind {
    /// A cart with an e-mail was left, for at least 1, 24 and 72 hours, by a buyer who agreed to be reminded. A step that was
    /// missed is not made up for, and an address is told of at most once in 23 hours.
    CartAbandoned,
    /// A member confirmed an e-mail.
    MemberRegistered,
    /// A member changed tier.
    MemberTierChanged,
    /// A ledger got an entry.
    PointsChanged,
    /// A promotion started, paused or ended.
    PromotionChanged,
    /// A coupon was claimed or granted.
    CouponIssued,
    /// A coupon was used.
    CouponRedeemed,
    /// An order was placed.
    OrderPlaced,
    /// An order was approved.
    OrderApproved,
    /// The back office was asked.
    OrderConfirmationRequested,
    /// The buyer was offered something else.
    OrderProposed,
    /// The back office confirmed.
    OrderConfirmed,
    /// An order was refused.
    OrderRejected,
    /// An order was edited.
    OrderChanged,
    /// Goods of an order leave on another date than its buyer was told.
    OrderRescheduled,
    /// A buyer asked to cancel.
    OrderCancellationRequested,
    /// An order or part was cancelled.
    OrderCancelled,
    /// An order was not paid in time.
    OrderExpired,
    /// An order was completed.
    OrderCompleted,
    /// Money was promised.
    PaymentAuthorized,
    /// Money was received.
    PaymentCaptured,
    /// A payment failed.
    PaymentFailed,
    /// Money came for a closed order.
    PaymentOrphaned,
    /// A refund arrived.
    RefundSucceeded,
    /// A refund failed.
    RefundFailed,
    /// An invoice or credit note was issued.
    InvoiceIssued,
    /// A parcel left.
    FulfillmentShipped,
    /// A parcel arrived.
    FulfillmentDelivered,
    /// A parcel was called off.
    FulfillmentCancelled,
    /// A parcel was picked, packed, held, sent another way, lost or brought back.
    FulfillmentChanged,
    /// A return case was opened or moved on.
    AfterSaleChanged,
}

/// The domain's actions as shown.
pub(in crate::graphql) fn actions(actions: Vec<domain::order::Action>) -> Vec<Action> {
    actions.into_iter().map(Action::from).collect()
}
