//! Who may cancel an order, and when.

use crate::text_enum;

text_enum! {
    /// Why an order is cancelled.
    pub enum OrderCancellationReason {
        /// The buyer's wish.
        Customer = "CUSTOMER",
        /// Payment failed.
        Payment = "PAYMENT",
        /// Looks like fraud.
        Fraud = "FRAUD",
        /// No stock.
        Inventory = "INVENTORY",
        /// Staff's decision.
        Staff = "STAFF",
        /// Another reason.
        Other = "OTHER",
    }
}

text_enum! {
    /// Where a request from one party to another stands.
    pub enum RequestStatus {
        /// No answer yet.
        Pending = "PENDING",
        /// Answered yes.
        Accepted = "ACCEPTED",
        /// Answered no.
        Declined = "DECLINED",
        /// Taken back.
        Cancelled = "CANCELLED",
        /// No answer in time.
        Expired = "EXPIRED",
    }
}
