//! The back office confirms an order before the buyer is told that it is certain.

use crate::text_enum;

text_enum! {
    /// Whether placed orders wait for the back office.
    pub enum ConfirmationPolicy {
        /// Paid orders are confirmed at once.
        None = "NONE",
        /// Every order waits for an answer.
        Required = "REQUIRED",
    }
}

text_enum! {
    /// Where a confirmation request stands.
    pub enum OrderConfirmationStatus {
        /// Not sent yet.
        Pending = "PENDING",
        /// Sent, no answer yet.
        Sent = "SENT",
        /// All can be delivered.
        Confirmed = "CONFIRMED",
        /// Cannot be delivered.
        Rejected = "REJECTED",
        /// No answer in time.
        TimedOut = "TIMED_OUT",
    }
}

text_enum! {
    /// Answers of the back office.
    pub enum OrderConfirmationOutcome {
        /// All can be delivered.
        Confirmed = "CONFIRMED",
        /// None; money, stock and coupons go back.
        Rejected = "REJECTED",
    }
}

text_enum! {
    /// Answer to a request that waits for somebody.
    pub enum Decision {
        /// Yes.
        Accept = "ACCEPT",
        /// No.
        Decline = "DECLINE",
    }
}
