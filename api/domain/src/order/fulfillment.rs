//! Where the goods of an order stand.

use uuid::Uuid;

use crate::text_enum;
use crate::text_enum::TextEnum;

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
        /// Waits for a date.
        Scheduled = "SCHEDULED",
        /// To be picked.
        Open = "OPEN",
        /// Held back.
        OnHold = "ON_HOLD",
        /// Being picked.
        Picking = "PICKING",
        /// Packed.
        Packed = "PACKED",
        /// On its way.
        Shipped = "SHIPPED",
        /// Arrived.
        Delivered = "DELIVERED",
        /// Called off.
        Cancelled = "CANCELLED",
        /// Lost by the carrier.
        Lost = "LOST",
        /// Came back.
        ReturnedToSender = "RETURNED_TO_SENDER",
    }
}

text_enum! {
    /// What may happen to a parcel.
    pub enum FulfillmentEvent {
        /// It may be picked: its date came, or what held it back is gone.
        Released = "RELEASED",
        /// It is held back.
        Held = "HELD",
        /// Somebody begins to pick it.
        Picked = "PICKED",
        /// It is packed.
        Packed = "PACKED",
        /// It is handed to the carrier.
        Shipped = "SHIPPED",
        /// It arrived.
        Delivered = "DELIVERED",
        /// It is called off.
        Cancelled = "CANCELLED",
        /// The carrier lost it.
        Lost = "LOST",
        /// The carrier brings it back.
        Returned = "RETURNED",
    }
}

text_enum! {
    /// Why a parcel is held back.
    pub enum FulfillmentHoldReason {
        /// Looks like fraud.
        Fraud = "FRAUD",
        /// The address cannot be right.
        Address = "ADDRESS",
        /// Goods are missing or broken.
        Stock = "STOCK",
        /// Something about the money.
        Payment = "PAYMENT",
        /// The buyer's wish.
        Customer = "CUSTOMER",
        /// Another reason.
        Other = "OTHER",
    }
}

/// An event that cannot happen to a parcel in this status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a parcel in {from} cannot take {event}")]
pub struct FulfillmentTransitionError {
    /// The status it is in.
    pub from: FulfillmentStatus,
    /// What was tried.
    pub event: FulfillmentEvent,
}

impl FulfillmentStatus {
    /// The status after an event.
    ///
    /// # Errors
    /// [`FulfillmentTransitionError`] when the event cannot happen now.
    pub fn apply(self, event: FulfillmentEvent) -> Result<Self, FulfillmentTransitionError> {
        let (may_follow, next) = match event {
            FulfillmentEvent::Released => {
                (self == Self::Scheduled || self == Self::OnHold, Self::Open)
            }
            FulfillmentEvent::Held => (self.is_waiting() && self != Self::OnHold, Self::OnHold),
            FulfillmentEvent::Picked => (self == Self::Open, Self::Picking),
            FulfillmentEvent::Packed => (self == Self::Open || self == Self::Picking, Self::Packed),
            FulfillmentEvent::Shipped => (self.may_leave(), Self::Shipped),
            // What was lost may turn up.
            FulfillmentEvent::Delivered => {
                (self == Self::Shipped || self == Self::Lost, Self::Delivered)
            }
            FulfillmentEvent::Cancelled => (self.is_waiting(), Self::Cancelled),
            FulfillmentEvent::Lost => (self == Self::Shipped, Self::Lost),
            FulfillmentEvent::Returned => (
                self == Self::Shipped || self == Self::Lost,
                Self::ReturnedToSender,
            ),
        };
        if may_follow {
            Ok(next)
        } else {
            Err(FulfillmentTransitionError { from: self, event })
        }
    }

    /// Whether its goods have left the house.
    #[must_use]
    pub fn has_left(self) -> bool {
        match self {
            Self::Shipped | Self::Delivered | Self::Lost | Self::ReturnedToSender => true,
            Self::Scheduled
            | Self::Open
            | Self::OnHold
            | Self::Picking
            | Self::Packed
            | Self::Cancelled => false,
        }
    }

    /// Whether its goods are in the house and promised to be sent in it.
    #[must_use]
    pub fn is_waiting(self) -> bool {
        !self.has_left() && self != Self::Cancelled
    }

    /// Whether nobody has touched its goods, so that it can be split or sent from elsewhere.
    #[must_use]
    pub fn is_untouched(self) -> bool {
        self.is_waiting() && self != Self::Picking && self != Self::Packed
    }

    /// Whether the buyer has its goods, or has lost them to the carrier: then there is something to make good.
    #[must_use]
    pub fn can_be_claimed(self) -> bool {
        self.has_left() && self != Self::ReturnedToSender
    }

    fn may_leave(self) -> bool {
        self == Self::Open || self == Self::Picking || self == Self::Packed
    }

    /// All in which something holds.
    #[must_use]
    pub fn all_that(holds: fn(Self) -> bool) -> Vec<Self> {
        let all = Self::ALL.iter().copied();
        all.filter(|status| holds(*status)).collect()
    }
}

/// Why a parcel cannot be split.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SplitError {
    /// The parcel has no such line.
    #[error("line {index} is not in the parcel")]
    UnknownLine {
        /// Place among the lines wanted.
        index: usize,
    },
    /// The parcel has fewer units.
    #[error("the parcel has fewer units of line {index}")]
    TooMany {
        /// Place among the lines wanted.
        index: usize,
    },
    /// Something must stay in the parcel.
    #[error("nothing would be left in the parcel")]
    NothingStays,
}

/// Takes units, each line once, out of a parcel's contents; gives what stays.
///
/// # Errors
/// [`SplitError`], each as it says.
pub fn split(
    contents: &[(Uuid, u32)],
    wanted: &[(Uuid, u32)],
) -> Result<Vec<(Uuid, u32)>, SplitError> {
    let mut stays = contents.to_vec();
    for (index, (line, units)) in wanted.iter().enumerate() {
        let content = stays.iter_mut().find(|(own, _)| own == line);
        let (_, left) = content.ok_or(SplitError::UnknownLine { index })?;
        *left = left
            .checked_sub(*units)
            .ok_or(SplitError::TooMany { index })?;
    }
    if stays.iter().all(|(_, units)| *units == 0) {
        return Err(SplitError::NothingStays);
    }
    Ok(stays)
}

/// Units of an order's line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LineUnits {
    /// Ordered.
    pub ordered: u32,
    /// Called off.
    pub cancelled: u32,
    /// Sent.
    pub fulfilled: u32,
    /// In parcels that wait to leave.
    pub assigned: u32,
}

impl LineUnits {
    /// Units still wanted.
    #[must_use]
    pub fn live(self) -> u32 {
        self.ordered.saturating_sub(self.cancelled)
    }

    /// Units that are in no parcel yet.
    #[must_use]
    pub fn open(self) -> u32 {
        self.live()
            .saturating_sub(self.fulfilled)
            .saturating_sub(self.assigned)
    }
}

impl OrderFulfillmentStatus {
    /// Derives where an order's goods stand from its lines and parcels.
    #[must_use]
    pub fn derive(lines: &[LineUnits], parcels: &[FulfillmentStatus]) -> Self {
        let count = |units: fn(LineUnits) -> u32| {
            lines
                .iter()
                .map(|line| u64::from(units(*line)))
                .sum::<u64>()
        };
        let (live, fulfilled) = (count(LineUnits::live), count(|line| line.fulfilled));
        let mut left = parcels.iter().filter(|parcel| parcel.has_left());
        if live == 0 {
            Self::Cancelled
        } else if fulfilled == 0 && parcels.contains(&FulfillmentStatus::OnHold) {
            Self::OnHold
        } else if fulfilled == 0 {
            Self::Unfulfilled
        } else if fulfilled < live {
            Self::Partial
        } else if left.all(|parcel| *parcel == FulfillmentStatus::Delivered) {
            Self::Delivered
        } else {
            Self::Fulfilled
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FulfillmentEvent as E;
    use super::FulfillmentStatus as S;
    use super::OrderFulfillmentStatus as O;
    use super::*;

    // Columns: released, held, picked, packed, shipped, delivered, cancelled, lost, returned.
    #[test]
    #[rustfmt::skip]
    fn every_pair_of_status_and_event_is_as_written() {
        let (open, hold, gone) = (Some(S::Open), Some(S::OnHold), Some(S::Cancelled));
        let (packed, sent) = (Some(S::Packed), Some(S::Shipped));
        let (here, lost, back) = (Some(S::Delivered), Some(S::Lost), Some(S::ReturnedToSender));
        let table = [
            (S::Scheduled, [open, hold, None, None, None, None, gone, None, None]),
            (S::Open, [None, hold, Some(S::Picking), packed, sent, None, gone, None, None]),
            (S::OnHold, [open, None, None, None, None, None, gone, None, None]),
            (S::Picking, [None, hold, None, packed, sent, None, gone, None, None]),
            (S::Packed, [None, hold, None, None, sent, None, gone, None, None]),
            (S::Shipped, [None, None, None, None, None, here, None, lost, back]),
            (S::Delivered, [None; 9]),
            (S::Cancelled, [None; 9]),
            (S::Lost, [None, None, None, None, None, here, None, None, back]),
            (S::ReturnedToSender, [None; 9]),
        ];
        assert_eq!(table.map(|(from, _)| from).as_slice(), S::ALL);
        for (from, expectations) in table {
            for (event, expected) in E::ALL.iter().zip(expectations) {
                assert_eq!(from.apply(*event).ok(), expected, "{from} {event}");
            }
        }
    }

    #[test]
    fn goods_are_in_the_house_on_their_way_or_of_no_concern() {
        let cases = [
            (S::Scheduled, true, true, false),
            (S::Open, true, true, false),
            (S::OnHold, true, true, false),
            (S::Picking, true, false, false),
            (S::Packed, true, false, false),
            (S::Shipped, false, false, true),
            (S::Delivered, false, false, true),
            (S::Cancelled, false, false, false),
            (S::Lost, false, false, true),
            (S::ReturnedToSender, false, false, false),
        ];
        for (status, waits, is_untouched, can_be_claimed) in cases {
            assert_eq!(status.is_waiting(), waits, "{status}");
            assert_eq!(status.is_untouched(), is_untouched, "{status}");
            assert_eq!(status.can_be_claimed(), can_be_claimed, "{status}");
        }
    }

    #[test]
    fn a_parcel_is_split_into_two_that_hold_something() {
        let (cup, lid) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let parcel = [(cup, 2), (lid, 1)];
        assert_eq!(split(&parcel, &[(cup, 1)]), Ok(vec![(cup, 1), (lid, 1)]));
        assert_eq!(split(&parcel, &[(cup, 2)]), Ok(vec![(cup, 0), (lid, 1)]));
        let cases = [
            (vec![(cup, 2), (lid, 1)], SplitError::NothingStays),
            (vec![(lid, 1), (cup, 3)], SplitError::TooMany { index: 1 }),
            (
                vec![(Uuid::from_u128(9), 1)],
                SplitError::UnknownLine { index: 0 },
            ),
        ];
        for (wanted, expected) in cases {
            assert_eq!(split(&parcel, &wanted), Err(expected), "{wanted:?}");
        }
    }

    /// Lines, parcels, and where the goods stand.
    type Case<'a> = (&'a [LineUnits], &'a [S], O);

    #[test]
    fn an_orders_goods_follow_its_lines_and_parcels() {
        let line = |ordered, cancelled, fulfilled| LineUnits {
            ordered,
            cancelled,
            fulfilled,
            assigned: 0,
        };
        let cases: [Case<'_>; 11] = [
            (&[line(2, 0, 0)], &[S::OnHold, S::Open], O::OnHold),
            (&[line(2, 0, 1)], &[S::OnHold, S::Shipped], O::Partial),
            (&[line(2, 0, 2)], &[S::Delivered, S::Lost], O::Fulfilled),
            (&[line(1, 0, 1)], &[S::ReturnedToSender], O::Fulfilled),
            (&[line(2, 0, 0)], &[], O::Unfulfilled),
            (&[line(2, 0, 0)], &[S::Open], O::Unfulfilled),
            (&[line(2, 0, 1)], &[S::Shipped], O::Partial),
            (&[line(2, 1, 1), line(1, 1, 0)], &[S::Shipped], O::Fulfilled),
            (&[line(2, 0, 2)], &[S::Delivered, S::Shipped], O::Fulfilled),
            (
                &[line(2, 0, 2)],
                &[S::Delivered, S::Cancelled],
                O::Delivered,
            ),
            (&[line(2, 2, 0)], &[S::Cancelled], O::Cancelled),
        ];
        for (lines, parcels, expected) in cases {
            assert_eq!(O::derive(lines, parcels), expected, "{lines:?} {parcels:?}");
        }
    }

    #[test]
    fn units_in_a_parcel_cannot_be_assigned_again() {
        let line = LineUnits {
            ordered: 5,
            cancelled: 1,
            fulfilled: 1,
            assigned: 2,
        };
        assert_eq!((line.live(), line.open()), (4, 1));
    }
}
