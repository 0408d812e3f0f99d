//! What somebody may do to an order now.

use crate::text_enum;

text_enum! {
    /// What one may do to an object now; each value names the mutation it allows.
    pub enum Action {
        /// Allows `orderConfirmationRespond`.
        OrderConfirmationRespond = "ORDER_CONFIRMATION_RESPOND",
        /// Allows `orderCancel`.
        OrderCancel = "ORDER_CANCEL",
        /// Allows `orderCancellationRequest`.
        OrderCancellationRequest = "ORDER_CANCELLATION_REQUEST",
        /// Allows `orderCancellationRespond`.
        OrderCancellationRespond = "ORDER_CANCELLATION_RESPOND",
        /// Allows `orderReceive`.
        OrderReceive = "ORDER_RECEIVE",
        /// Allows `paymentStart`.
        PaymentStart = "PAYMENT_START",
        /// Allows `paymentCapture`.
        PaymentCapture = "PAYMENT_CAPTURE",
        /// Allows `fulfillmentCreate`.
        FulfillmentCreate = "FULFILLMENT_CREATE",
        /// Allows `fulfillmentShip`.
        FulfillmentShip = "FULFILLMENT_SHIP",
        /// Allows `fulfillmentDeliver`.
        FulfillmentDeliver = "FULFILLMENT_DELIVER",
        /// Allows `fulfillmentCancel`.
        FulfillmentCancel = "FULFILLMENT_CANCEL",
    }
}
