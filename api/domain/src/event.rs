//! What can happen in a shop, how far its telling has got, and how a feed of it is read.

use chrono::TimeDelta;
use uuid::Uuid;

use crate::id::encode;
use crate::text_enum;
use crate::text_enum::TextEnum as _;

/// How long an event is kept for those who read the feed.
pub const FEED_KEPT: TimeDelta = TimeDelta::days(30);
/// Most positions of the feed one call looks at, however few of them it is about.
pub const FEED_REACH: i64 = 10_000;

text_enum! {
    /// What can happen.
    pub enum EventKind {
        /// A cart with an e-mail was left.
        CartAbandoned = "CART_ABANDONED",
        /// A member confirmed an e-mail.
        MemberRegistered = "MEMBER_REGISTERED",
        /// A member changed tier.
        MemberTierChanged = "MEMBER_TIER_CHANGED",
        /// A ledger got an entry.
        PointsChanged = "POINTS_CHANGED",
        /// A promotion started, paused or ended.
        PromotionChanged = "PROMOTION_CHANGED",
        /// A coupon was claimed or granted.
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
        /// Goods of an order leave on another date than its buyer was told.
        OrderRescheduled = "ORDER_RESCHEDULED",
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
        /// An invoice or credit note was issued.
        InvoiceIssued = "INVOICE_ISSUED",
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

text_enum! {
    /// What an event is about; the text is the prefix of its global ids.
    pub enum EventSubject {
        /// A cart that was left.
        AbandonedCart = "abandoned_cart",
        /// A coupon.
        Coupon = "coupon",
        /// A member.
        Member = "member",
        /// An order.
        Order = "order",
        /// A promotion.
        Promotion = "promotion",
    }
}

impl EventSubject {
    /// The global id of one of them.
    #[must_use]
    pub fn global_id(self, id: Uuid) -> String {
        format!("{}_{}", self.as_str(), encode(id.as_u128()))
    }
}

/// How far a feed goes: positions count up from 1 without gaps, and the oldest are removed in time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedBounds {
    /// Oldest position still kept; the one after the newest when none is.
    pub oldest: i64,
    /// Newest position; 0 when nothing ever happened.
    pub newest: i64,
}

/// A cursor is of no use for reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CursorError {
    /// Events behind it were removed: a reader that went on would miss them.
    #[error("events after this cursor are no longer kept")]
    Expired,
    /// It is ahead of everything that happened.
    #[error("not a cursor of this feed")]
    Unknown,
}

/// The positions one call looks at: after one, up to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stretch {
    /// The position read last.
    pub after: i64,
    /// The last position to look at.
    pub until: i64,
    newest: i64,
}

impl Stretch {
    /// Chooses where a call reads; without a cursor it begins with the oldest event kept.
    ///
    /// # Errors
    ///
    /// [`CursorError`] when reading on from there would skip something, or there is no such place.
    pub fn after(cursor: Option<i64>, bounds: FeedBounds) -> Result<Self, CursorError> {
        let before_oldest = bounds.oldest - 1;
        let after = cursor.unwrap_or(before_oldest);
        if after > bounds.newest || after < 0 {
            return Err(CursorError::Unknown);
        }
        if after < before_oldest {
            return Err(CursorError::Expired);
        }
        Ok(Self {
            after,
            until: bounds.newest.min(after.saturating_add(FEED_REACH)),
            newest: bounds.newest,
        })
    }

    /// Where the next call goes on, and whether more is waiting there. `cut_at` is the position of the last event given
    /// when there were more in the stretch than wanted.
    #[must_use]
    pub fn end(self, cut_at: Option<i64>) -> (i64, bool) {
        let next = cut_at.unwrap_or(self.until);
        (next, next < self.newest)
    }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{CursorError, EventSubject, FEED_REACH, FeedBounds, Stretch};
    use crate::id::{AbandonedCartId, CouponId, MemberId, OrderId, PromotionId, TypedId};
    use crate::text_enum::TextEnum as _;

    fn bounds(oldest: i64, newest: i64) -> FeedBounds {
        FeedBounds { oldest, newest }
    }

    #[test]
    fn a_first_call_begins_with_the_oldest_event_kept() {
        let stretch = Stretch::after(None, bounds(5, 9)).unwrap();
        assert_eq!((stretch.after, stretch.until), (4, 9));
        assert_eq!(stretch.end(None), (9, false));
        assert_eq!(stretch.end(Some(7)), (7, true));
    }

    #[test]
    fn an_empty_feed_keeps_its_place() {
        for (feed, place) in [(bounds(1, 0), 0), (bounds(10, 9), 9)] {
            let stretch = Stretch::after(None, feed).unwrap();
            assert_eq!(stretch.end(None), (place, false));
            assert_eq!(Stretch::after(Some(place), feed), Ok(stretch));
        }
    }

    #[test]
    fn a_call_looks_at_so_many_positions_and_says_that_more_wait() {
        let stretch = Stretch::after(Some(3), bounds(1, 3 + FEED_REACH + 1)).unwrap();
        assert_eq!(stretch.until, 3 + FEED_REACH);
        assert_eq!(stretch.end(None), (3 + FEED_REACH, true));
        let rest = Stretch::after(Some(3 + FEED_REACH), bounds(1, 3 + FEED_REACH + 1)).unwrap();
        assert_eq!(rest.end(None), (3 + FEED_REACH + 1, false));
    }

    #[test]
    fn a_cursor_that_would_skip_events_is_refused() {
        assert_eq!(
            Stretch::after(Some(3), bounds(5, 9)),
            Err(CursorError::Expired)
        );
        assert!(Stretch::after(Some(4), bounds(5, 9)).is_ok());
        assert_eq!(
            Stretch::after(Some(8), bounds(10, 9)),
            Err(CursorError::Expired)
        );
        for nowhere in [10, -1] {
            assert_eq!(
                Stretch::after(Some(nowhere), bounds(5, 9)),
                Err(CursorError::Unknown)
            );
        }
    }

    #[test]
    fn subjects_have_the_global_ids_of_their_types() {
        let id = Uuid::from_u128(7);
        for subject in EventSubject::ALL {
            let text = subject.global_id(id);
            let expected = match subject {
                EventSubject::AbandonedCart => AbandonedCartId::parse(&text).map(|parsed| parsed.0),
                EventSubject::Coupon => CouponId::parse(&text).map(|parsed| parsed.0),
                EventSubject::Member => MemberId::parse(&text).map(|parsed| parsed.0),
                EventSubject::Order => OrderId::parse(&text).map(|parsed| parsed.0),
                EventSubject::Promotion => PromotionId::parse(&text).map(|parsed| parsed.0),
            };
            assert_eq!(expected, Ok(id));
        }
    }
}
