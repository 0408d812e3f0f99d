use async_graphql::Enum;

/// Where a payment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::PaymentStatus")]
pub enum PaymentStatus {
    /// Opened.
    Created,
    /// Buyer must act.
    ActionRequired,
    /// Provider at work.
    Processing,
    /// Authorised or paid.
    Succeeded,
    /// Refused.
    Failed,
    /// Dropped.
    Cancelled,
    /// Too late.
    Expired,
}

/// Kinds of payment events.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::PaymentEventKind")]
pub enum PaymentEventKind {
    /// The buyer must act.
    ActionRequired,
    /// Promised.
    Authorized,
    /// Promise refused.
    AuthorizeFailed,
    /// Received.
    Captured,
    /// Could not be taken.
    CaptureFailed,
    /// Promise dropped.
    Voided,
    /// Promise could not be dropped.
    VoidFailed,
    /// Asked to give back.
    RefundRequested,
    /// Given back.
    Refunded,
    /// Could not be given back.
    RefundFailed,
    /// Given back, and returned to the shop afterwards.
    RefundReversed,
    /// Taken back by the bank.
    ChargedBack,
    /// Taken back by the bank, and won back.
    ChargebackReversed,
}

/// Where a refund stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::order::RefundStatus")]
pub enum RefundStatus {
    /// With the provider.
    Pending,
    /// Given back.
    Succeeded,
    /// Some was given back, the rest failed.
    PartiallySucceeded,
    /// Failed; nothing was given back.
    Failed,
}
