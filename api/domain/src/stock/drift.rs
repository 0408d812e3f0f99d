//! Whether the counters of stock agree with the books they sum up.

use chrono::TimeDelta;

use crate::text_enum;

/// How long after its end a hold may still stand in its level: the timer that takes such holds away needs a moment.
pub const LAPSE_GRACE: TimeDelta = TimeDelta::minutes(10);

text_enum! {
    /// What disagrees.
    pub enum StockDriftKind {
        /// Units in the house, and the sum of their movements.
        OnHand = "ON_HAND",
        /// Promised units, and the sum of their movements.
        Allocated = "ALLOCATED",
        /// Promised units, and the promises of orders that are not closed.
        Promised = "PROMISED",
        /// Held units, and the holds of carts.
        Reserved = "RESERVED",
        /// Units of holds that should have lapsed, of which there should be none.
        Lapsed = "LAPSED",
        /// Promises of a line, and its units left to send.
        Order = "ORDER",
    }
}

/// A counter that disagrees with its books.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drift {
    /// Which.
    pub kind: StockDriftKind,
    /// Units the counter says.
    pub recorded: i64,
    /// Units the books come to.
    pub counted: i64,
}

/// The counters of a level, and what its books come to at the same moment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Books {
    /// Units in the house.
    pub on_hand: i64,
    /// Units promised to orders.
    pub allocated: i64,
    /// Units held by carts.
    pub reserved: i64,
    /// Sum of the movements of units in the house.
    pub moved_on_hand: i64,
    /// Sum of the movements of promised units.
    pub moved_allocated: i64,
    /// Sum of the promises of orders that are not closed.
    pub promised: i64,
    /// Sum of the holds of carts.
    pub held: i64,
    /// Units of holds that ended more than [`LAPSE_GRACE`] ago.
    pub lapsed: i64,
}

impl Books {
    /// Gives what disagrees, in the order of [`StockDriftKind`].
    #[must_use]
    pub fn drifts(self) -> Vec<Drift> {
        use StockDriftKind::{Allocated, Lapsed, OnHand, Promised, Reserved};
        [
            (OnHand, self.on_hand, self.moved_on_hand),
            (Allocated, self.allocated, self.moved_allocated),
            (Promised, self.allocated, self.promised),
            (Reserved, self.reserved, self.held),
            (Lapsed, self.lapsed, 0),
        ]
        .into_iter()
        .filter(|(_, recorded, counted)| recorded != counted)
        .map(|(kind, recorded, counted)| Drift {
            kind,
            recorded,
            counted,
        })
        .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Books, Drift, StockDriftKind};

    const SOUND: Books = Books {
        on_hand: 9,
        allocated: 4,
        reserved: 2,
        moved_on_hand: 9,
        moved_allocated: 4,
        promised: 4,
        held: 2,
        lapsed: 0,
    };

    #[test]
    fn books_that_agree_are_not_mentioned() {
        assert_eq!(SOUND.drifts(), []);
        assert_eq!(Books::default().drifts(), []);
    }

    #[test]
    fn each_disagreement_is_told_with_both_figures() {
        use StockDriftKind::{Allocated, Lapsed, OnHand, Promised, Reserved};
        for (books, expected) in [
            (
                Books {
                    on_hand: 8,
                    ..SOUND
                },
                vec![(OnHand, 8, 9)],
            ),
            (
                Books {
                    allocated: 5,
                    ..SOUND
                },
                vec![(Allocated, 5, 4), (Promised, 5, 4)],
            ),
            (
                Books {
                    promised: 3,
                    ..SOUND
                },
                vec![(Promised, 4, 3)],
            ),
            (Books { held: 0, ..SOUND }, vec![(Reserved, 2, 0)]),
            (Books { lapsed: 1, ..SOUND }, vec![(Lapsed, 1, 0)]),
        ] {
            let expected: Vec<Drift> = expected
                .into_iter()
                .map(|(kind, recorded, counted)| Drift {
                    kind,
                    recorded,
                    counted,
                })
                .collect();
            assert_eq!(books.drifts(), expected);
        }
    }
}
