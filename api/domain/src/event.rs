//! What can happen in a shop, and how far its telling has got.

use crate::text_enum;

text_enum! {
    /// What can happen.
    pub enum EventKind {
        /// Catalog changed.
        CatalogChanged = "CATALOG_CHANGED",
        /// Stock for sale changed.
        StockChanged = "STOCK_CHANGED",
        /// A member confirmed an e-mail.
        MemberRegistered = "MEMBER_REGISTERED",
        /// A member changed tier.
        MemberTierChanged = "MEMBER_TIER_CHANGED",
        /// A ledger got an entry.
        PointsChanged = "POINTS_CHANGED",
        /// A promotion started, paused or ended.
        PromotionChanged = "PROMOTION_CHANGED",
        /// A coupon was granted.
        CouponIssued = "COUPON_ISSUED",
        /// A coupon was used.
        CouponRedeemed = "COUPON_REDEEMED",
        /// An order was placed.
        OrderPlaced = "ORDER_PLACED",
        /// An order was approved.
        OrderApproved = "ORDER_APPROVED",
        /// The back office was asked.
        OrderConfirmationRequested = "ORDER_CONFIRMATION_REQUESTED",
        /// The buyer was offered something else.
        OrderProposed = "ORDER_PROPOSED",
        /// The back office confirmed.
        OrderConfirmed = "ORDER_CONFIRMED",
        /// An order was refused.
        OrderRejected = "ORDER_REJECTED",
        /// An order was edited.
        OrderChanged = "ORDER_CHANGED",
        /// A buyer asked to cancel.
        OrderCancellationRequested = "ORDER_CANCELLATION_REQUESTED",
        /// An order or part was cancelled.
        OrderCancelled = "ORDER_CANCELLED",
        /// An order was not paid in time.
        OrderExpired = "ORDER_EXPIRED",
        /// An order was completed.
        OrderCompleted = "ORDER_COMPLETED",
        /// Money was promised.
        PaymentAuthorized = "PAYMENT_AUTHORIZED",
        /// Money was received.
        PaymentCaptured = "PAYMENT_CAPTURED",
        /// A payment failed.
        PaymentFailed = "PAYMENT_FAILED",
        /// Money came for a closed order.
        PaymentOrphaned = "PAYMENT_ORPHANED",
        /// A refund arrived.
        RefundSucceeded = "REFUND_SUCCEEDED",
        /// A refund failed.
        RefundFailed = "REFUND_FAILED",
        /// A parcel left.
        FulfillmentShipped = "FULFILLMENT_SHIPPED",
        /// A parcel arrived.
        FulfillmentDelivered = "FULFILLMENT_DELIVERED",
        /// A parcel was called off.
        FulfillmentCancelled = "FULFILLMENT_CANCELLED",
        /// A parcel was picked, packed, held, sent another way, lost or brought back.
        FulfillmentChanged = "FULFILLMENT_CHANGED",
        /// A return case was opened or moved on.
        AfterSaleChanged = "AFTER_SALE_CHANGED",
    }
}

text_enum! {
    /// Where a message of the outbox stands.
    pub enum OutboxStatus {
        /// To be told.
        Pending = "PENDING",
        /// Told.
        Done = "DONE",
        /// Failed too often; waits for a person.
        Parked = "PARKED",
    }
}
