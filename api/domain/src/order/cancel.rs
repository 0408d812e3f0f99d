//! Who may cancel an order or some of its units, and when.

use uuid::Uuid;

use super::fulfillment::{FulfillmentStatus, LineUnits};
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

/// How a buyer gets rid of an order or of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuyerCancellation {
    /// Granted at once: nothing is picked.
    AtOnce,
    /// Somebody has to agree: goods are being picked, or some have left.
    OnRequest,
}

/// What a buyer's wish to cancel all of it leads to; `None` when it is too late.
#[must_use]
pub fn buyer_cancellation(
    status: OrderStatus,
    parcels: &[FulfillmentStatus],
) -> Option<BuyerCancellation> {
    may_be_cancelled(status, parcels).then(|| way(parcels))
}

/// What a buyer's wish to cancel some units leads to; `None` when there are none that could be cancelled.
#[must_use]
pub fn buyer_units_cancellation(
    status: OrderStatus,
    parcels: &[FulfillmentStatus],
    has_open_units: bool,
) -> Option<BuyerCancellation> {
    may_lose_units(status, has_open_units).then(|| way(parcels))
}

fn way(parcels: &[FulfillmentStatus]) -> BuyerCancellation {
    let is_touched = |parcel: &FulfillmentStatus| *parcel != FulfillmentStatus::Cancelled;
    if parcels.iter().any(is_touched) {
        BuyerCancellation::OnRequest
    } else {
        BuyerCancellation::AtOnce
    }
}

/// Whether an order can be called off as a whole: it is under way and nothing has left the house.
#[must_use]
pub fn may_be_cancelled(status: OrderStatus, parcels: &[FulfillmentStatus]) -> bool {
    status.allowed().contains(&OrderEvent::Cancelled)
        && !parcels.iter().any(|parcel| parcel.has_left())
}

/// Whether units of an order can be called off: it is certain, and some are in no parcel. Before that they are being paid
/// for or checked as they stand.
#[must_use]
pub fn may_lose_units(status: OrderStatus, has_open_units: bool) -> bool {
    status == OrderStatus::Confirmed && has_open_units
}

/// What is called off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CancellationScope {
    /// The whole order.
    Whole,
    /// Lines and units; others stay.
    Units(Vec<(Uuid, u32)>),
}

/// Why units cannot be called off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CancellationError {
    /// The order has no such line.
    #[error("this is no line of the order")]
    UnknownLine {
        /// Place in the wish.
        index: usize,
    },
    /// The others have left, are in a parcel, or were called off before.
    #[error("only {open} units are open")]
    TooManyUnits {
        /// Place in the wish.
        index: usize,
        /// Units that could be called off.
        open: u32,
    },
    /// All has left or is in a parcel.
    #[error("no units are open")]
    NothingOpen,
    /// Units are called off once the order is certain.
    #[error("some units can be cancelled only once the order is confirmed")]
    NotConfirmed,
}

/// Finds what a wish to cancel is about: these units, or without any all that is open. An order that would keep nothing is
/// called off as a whole.
///
/// # Errors
/// [`CancellationError`], each as it says.
pub fn cancellation_scope(
    status: OrderStatus,
    parcels: &[FulfillmentStatus],
    lines: &[(Uuid, LineUnits)],
    wish: &[(Uuid, u32)],
) -> Result<CancellationScope, CancellationError> {
    let has_left = parcels.iter().any(|parcel| parcel.has_left());
    if wish.is_empty() && !has_left {
        return Ok(CancellationScope::Whole);
    }
    let units: Vec<(Uuid, u32)> = if wish.is_empty() {
        let open = lines.iter().map(|(id, units)| (*id, units.open()));
        open.filter(|(_, open)| *open > 0).collect()
    } else {
        for (index, (id, wanted)) in wish.iter().enumerate() {
            let line = lines.iter().find(|(line, _)| line == id);
            let (_, units) = line.ok_or(CancellationError::UnknownLine { index })?;
            let open = units.open();
            if *wanted > open {
                return Err(CancellationError::TooManyUnits { index, open });
            }
        }
        wish.to_vec()
    };
    if units.is_empty() {
        return Err(CancellationError::NothingOpen);
    }
    let live: u64 = lines.iter().map(|(_, line)| u64::from(line.live())).sum();
    let lost: u64 = units.iter().map(|(_, lost)| u64::from(*lost)).sum();
    if live == lost {
        Ok(CancellationScope::Whole)
    } else if may_lose_units(status, true) {
        Ok(CancellationScope::Units(units))
    } else {
        Err(CancellationError::NotConfirmed)
    }
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

    #[test]
    fn units_are_cancelled_once_the_order_is_certain() {
        let cases: [(OrderStatus, &[P], bool, Option<BuyerCancellation>); 6] = [
            (OrderStatus::Placed, &[], true, None),
            (OrderStatus::AwaitingConfirmation, &[], true, None),
            (
                OrderStatus::Confirmed,
                &[P::Cancelled],
                true,
                Some(BuyerCancellation::AtOnce),
            ),
            (
                OrderStatus::Confirmed,
                &[P::Shipped],
                true,
                Some(BuyerCancellation::OnRequest),
            ),
            (OrderStatus::Confirmed, &[P::Shipped], false, None),
            (OrderStatus::Completed, &[P::Delivered], false, None),
        ];
        for (status, parcels, has_open_units, expected) in cases {
            assert_eq!(
                buyer_units_cancellation(status, parcels, has_open_units),
                expected,
                "{status} {parcels:?} {has_open_units}"
            );
        }
    }

    fn line(number: u128, ordered: u32, fulfilled: u32, assigned: u32) -> (Uuid, LineUnits) {
        let units = LineUnits {
            ordered,
            cancelled: 0,
            fulfilled,
            assigned,
        };
        (Uuid::from_u128(number), units)
    }

    #[test]
    fn a_wish_is_about_open_units_and_all_of_them_make_the_whole() {
        let [a, b, c] = [1, 2, 3].map(Uuid::from_u128);
        let whole = Ok(CancellationScope::Whole);
        let units = |units: &[(Uuid, u32)]| Ok(CancellationScope::Units(units.to_vec()));
        let fresh = [line(1, 3, 0, 0), line(2, 1, 0, 0)];
        let scope = |parcels: &[P], lines: &[_], wish: &[_]| {
            cancellation_scope(OrderStatus::Confirmed, parcels, lines, wish)
        };
        assert_eq!(scope(&[], &fresh, &[]), whole);
        assert_eq!(scope(&[P::Open], &fresh, &[]), whole);
        assert_eq!(scope(&[], &fresh, &[(a, 2)]), units(&[(a, 2)]));
        assert_eq!(scope(&[], &fresh, &[(a, 3), (b, 1)]), whole);
        let sent = [line(1, 3, 1, 1), line(2, 1, 0, 0)];
        let parcels = [P::Shipped, P::Open];
        assert_eq!(scope(&parcels, &sent, &[]), units(&[(a, 1), (b, 1)]));
        assert_eq!(
            scope(&parcels, &sent, &[(b, 1), (a, 2)]),
            Err(CancellationError::TooManyUnits { index: 1, open: 1 })
        );
        assert_eq!(
            scope(&parcels, &sent, &[(c, 1)]),
            Err(CancellationError::UnknownLine { index: 0 })
        );
        assert_eq!(
            scope(&[P::Shipped], &[line(1, 3, 3, 0)], &[]),
            Err(CancellationError::NothingOpen)
        );
    }

    #[test]
    fn before_it_is_certain_an_order_is_cancelled_as_a_whole() {
        let lines = [line(1, 3, 0, 0)];
        let unit = [(Uuid::from_u128(1), 1)];
        for status in [OrderStatus::Placed, OrderStatus::AwaitingConfirmation] {
            assert_eq!(
                cancellation_scope(status, &[], &lines, &[]),
                Ok(CancellationScope::Whole)
            );
            assert_eq!(
                cancellation_scope(status, &[], &lines, &[(Uuid::from_u128(1), 3)]),
                Ok(CancellationScope::Whole)
            );
            assert_eq!(
                cancellation_scope(status, &[], &lines, &unit),
                Err(CancellationError::NotConfirmed)
            );
        }
    }
}
