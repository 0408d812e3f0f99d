//! Where the goods of an order stand.

use crate::text_enum;

text_enum! {
    /// Where the goods stand.
    pub enum OrderFulfillmentStatus {
        /// Nothing sent.
        Unfulfilled = "UNFULFILLED",
        /// Held back.
        OnHold = "ON_HOLD",
        /// Lacks stock.
        Backordered = "BACKORDERED",
        /// Some sent.
        Partial = "PARTIAL",
        /// All sent.
        Fulfilled = "FULFILLED",
        /// All arrived.
        Delivered = "DELIVERED",
        /// Called off.
        Cancelled = "CANCELLED",
    }
}

text_enum! {
    /// Where a fulfilment stands.
    pub enum FulfillmentStatus {
        /// To be picked.
        Open = "OPEN",
        /// On its way.
        Shipped = "SHIPPED",
        /// Arrived.
        Delivered = "DELIVERED",
        /// Called off.
        Cancelled = "CANCELLED",
    }
}
