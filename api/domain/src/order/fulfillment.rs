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

text_enum! {
    /// What may happen to a parcel.
    pub enum FulfillmentEvent {
        /// It is handed to the carrier.
        Shipped = "SHIPPED",
        /// It arrived.
        Delivered = "DELIVERED",
        /// It is called off.
        Cancelled = "CANCELLED",
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
        match (self, event) {
            (Self::Open, FulfillmentEvent::Shipped) => Ok(Self::Shipped),
            (Self::Open, FulfillmentEvent::Cancelled) => Ok(Self::Cancelled),
            (Self::Shipped, FulfillmentEvent::Delivered) => Ok(Self::Delivered),
            (
                Self::Open | Self::Shipped | Self::Delivered | Self::Cancelled,
                FulfillmentEvent::Shipped
                | FulfillmentEvent::Delivered
                | FulfillmentEvent::Cancelled,
            ) => Err(FulfillmentTransitionError { from: self, event }),
        }
    }

    /// Whether its goods have left the house.
    #[must_use]
    pub fn has_left(self) -> bool {
        match self {
            Self::Shipped | Self::Delivered => true,
            Self::Open | Self::Cancelled => false,
        }
    }
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
    /// In parcels that have not left yet.
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
        if live == 0 {
            Self::Cancelled
        } else if fulfilled == 0 {
            Self::Unfulfilled
        } else if fulfilled < live {
            Self::Partial
        } else if parcels.contains(&FulfillmentStatus::Shipped) {
            Self::Fulfilled
        } else {
            Self::Delivered
        }
    }
}

#[cfg(test)]
mod tests {
    use super::FulfillmentEvent as E;
    use super::FulfillmentStatus as S;
    use super::OrderFulfillmentStatus as O;
    use super::*;
    use crate::text_enum::TextEnum;

    #[test]
    fn every_pair_of_status_and_event_is_as_written() {
        // Columns: shipped, delivered, cancelled.
        let table = [
            (S::Open, [Some(S::Shipped), None, Some(S::Cancelled)]),
            (S::Shipped, [None, Some(S::Delivered), None]),
            (S::Delivered, [None; 3]),
            (S::Cancelled, [None; 3]),
        ];
        assert_eq!(table.len(), S::ALL.len());
        for (from, expectations) in table {
            for (event, expected) in E::ALL.iter().zip(expectations) {
                assert_eq!(from.apply(*event).ok(), expected, "{from} {event}");
            }
        }
    }

    #[test]
    fn an_orders_goods_follow_its_lines_and_parcels() {
        let line = |ordered, cancelled, fulfilled| LineUnits {
            ordered,
            cancelled,
            fulfilled,
            assigned: 0,
        };
        let cases: [(&[LineUnits], &[S], O); 7] = [
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
