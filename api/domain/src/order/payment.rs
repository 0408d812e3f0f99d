//! Where the money of an order stands.

use crate::text_enum;

text_enum! {
    /// Where the money stands.
    pub enum OrderPaymentStatus {
        /// Nothing yet.
        None = "NONE",
        /// Promised by the bank.
        Authorized = "AUTHORIZED",
        /// Some received.
        PartiallyPaid = "PARTIALLY_PAID",
        /// All received.
        Paid = "PAID",
        /// Too much received.
        Overpaid = "OVERPAID",
        /// Some given back.
        PartiallyRefunded = "PARTIALLY_REFUNDED",
        /// All given back.
        Refunded = "REFUNDED",
        /// Promise dropped.
        Voided = "VOIDED",
    }
}

text_enum! {
    /// Where a payment stands.
    pub enum PaymentStatus {
        /// Opened.
        Created = "CREATED",
        /// Buyer must act.
        ActionRequired = "ACTION_REQUIRED",
        /// Provider at work.
        Processing = "PROCESSING",
        /// Authorised or paid.
        Succeeded = "SUCCEEDED",
        /// Refused.
        Failed = "FAILED",
        /// Dropped.
        Cancelled = "CANCELLED",
        /// Too late.
        Expired = "EXPIRED",
    }
}

text_enum! {
    /// Kinds of payment events.
    pub enum PaymentEventKind {
        /// The buyer must act.
        ActionRequired = "ACTION_REQUIRED",
        /// Promised.
        Authorized = "AUTHORIZED",
        /// Promise refused.
        AuthorizeFailed = "AUTHORIZE_FAILED",
        /// Received.
        Captured = "CAPTURED",
        /// Could not be taken.
        CaptureFailed = "CAPTURE_FAILED",
        /// Promise dropped.
        Voided = "VOIDED",
        /// Promise could not be dropped.
        VoidFailed = "VOID_FAILED",
        /// Asked to give back.
        RefundRequested = "REFUND_REQUESTED",
        /// Given back.
        Refunded = "REFUNDED",
        /// Could not be given back.
        RefundFailed = "REFUND_FAILED",
        /// Taken back by the bank.
        ChargedBack = "CHARGED_BACK",
    }
}

text_enum! {
    /// Who carries a payment out. The texts are lower-case: they are keys of settings, not of the public schema.
    pub enum PaymentProvider {
        /// Staff mark it paid, such as a bank transfer.
        Manual = "manual",
        /// The built-in test provider.
        Test = "test",
    }
}

text_enum! {
    /// Where a refund stands.
    pub enum RefundStatus {
        /// With the provider.
        Pending = "PENDING",
        /// Given back.
        Succeeded = "SUCCEEDED",
        /// Failed; nothing was given back.
        Failed = "FAILED",
    }
}
