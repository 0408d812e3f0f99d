//! Where a purchase stands, and what may happen to it next.

use crate::text_enum;

text_enum! {
    /// Where a purchase stands.
    pub enum OrderStatus {
        /// Written by staff, not placed.
        Draft = "DRAFT",
        /// Placed; waits for payment or the next step.
        Placed = "PLACED",
        /// Waits for an approver.
        AwaitingApproval = "AWAITING_APPROVAL",
        /// Received; the back office is checking.
        AwaitingConfirmation = "AWAITING_CONFIRMATION",
        /// The back office confirmed.
        Confirmed = "CONFIRMED",
        /// Delivered and done.
        Completed = "COMPLETED",
        /// Called off.
        Cancelled = "CANCELLED",
        /// Refused by an approver or the back office.
        Rejected = "REJECTED",
        /// Not paid in time.
        Expired = "EXPIRED",
    }
}
