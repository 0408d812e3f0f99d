//! Who may cancel an order, and when.

use super::fulfillment::FulfillmentStatus;
use super::state::{OrderEvent, OrderStatus};
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

/// How a buyer gets rid of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuyerCancellation {
    /// Granted at once: nothing is picked.
    AtOnce,
    /// Somebody has to agree: goods are being picked.
    OnRequest,
}

/// What a buyer's wish to cancel leads to; `None` when it is too late.
#[must_use]
pub fn buyer_cancellation(
    status: OrderStatus,
    parcels: &[FulfillmentStatus],
) -> Option<BuyerCancellation> {
    if !may_be_cancelled(status, parcels) {
        None
    } else if parcels.contains(&FulfillmentStatus::Open) {
        Some(BuyerCancellation::OnRequest)
    } else {
        Some(BuyerCancellation::AtOnce)
    }
}

/// Whether an order can be called off as a whole: it is under way and nothing has left the house.
#[must_use]
pub fn may_be_cancelled(status: OrderStatus, parcels: &[FulfillmentStatus]) -> bool {
    status.allowed().contains(&OrderEvent::Cancelled)
        && !parcels.iter().any(|parcel| parcel.has_left())
}

#[cfg(test)]
mod tests {
    use super::FulfillmentStatus as P;
    use super::*;

    #[test]
    fn buyers_cancel_at_once_until_something_is_picked() {
        let cases: [(OrderStatus, &[P], Option<BuyerCancellation>); 7] = [
            (OrderStatus::Placed, &[], Some(BuyerCancellation::AtOnce)),
            (
                OrderStatus::AwaitingConfirmation,
                &[],
                Some(BuyerCancellation::AtOnce),
            ),
            (
                OrderStatus::Confirmed,
                &[P::Cancelled],
                Some(BuyerCancellation::AtOnce),
            ),
            (
                OrderStatus::Confirmed,
                &[P::Open, P::Cancelled],
                Some(BuyerCancellation::OnRequest),
            ),
            (OrderStatus::Confirmed, &[P::Open, P::Shipped], None),
            (OrderStatus::Completed, &[P::Delivered], None),
            (OrderStatus::Cancelled, &[], None),
        ];
        for (status, parcels, expected) in cases {
            assert_eq!(
                buyer_cancellation(status, parcels),
                expected,
                "{status} {parcels:?}"
            );
        }
    }
}
