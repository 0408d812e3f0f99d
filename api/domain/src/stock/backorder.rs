//! Backorders: units promised beyond those in the house, and when they should arrive.

use chrono::{DateTime, Utc};

use super::{StockCounters, StockStatus, status};

/// Most units that may be promised beyond those in a house.
pub const MAX_BACKORDER_LIMIT: i32 = 1_000_000;

/// When promised units arrive in their house; the greater of two is that of both together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arrival {
    /// They are there.
    InHouse,
    /// Some are expected then.
    Expected(DateTime<Utc>),
    /// Nobody knows for some.
    Unknown,
}

impl Arrival {
    /// Tells it of the units promised last at a level that stands as given with them. A date that passed tells nothing.
    #[must_use]
    pub fn of_last(
        level: StockCounters,
        expected_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Self {
        if level.free() >= 0 {
            return Self::InHouse;
        }
        let ahead = expected_at.filter(|expected_at| *expected_at > now);
        ahead.map_or(Self::Unknown, Self::Expected)
    }

    /// Gives the date; `None` when the units are there or nobody knows.
    #[must_use]
    pub fn date(self) -> Option<DateTime<Utc>> {
        match self {
            Self::Expected(date) => Some(date),
            Self::InHouse | Self::Unknown => None,
        }
    }
}

/// Gives when a unit that is ordered now should arrive, as far as it is not in a house already: the earliest date ahead at
/// which a level that still takes backorders is supplied.
#[must_use]
pub(super) fn expected_at(
    levels: &[(StockCounters, Option<DateTime<Utc>>)],
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    let counters: Vec<StockCounters> = levels.iter().map(|(level, _)| *level).collect();
    if status(&counters) != StockStatus::Backorder {
        return None;
    }
    let open = levels.iter().filter(|(level, _)| level.available() > 0);
    let dates = open.filter_map(|(_, expected_at)| *expected_at);
    dates.filter(|expected_at| *expected_at > now).min()
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{Arrival, StockCounters, expected_at};

    fn level(on_hand: i32, allocated: i32, backorder_limit: i32) -> StockCounters {
        StockCounters {
            on_hand,
            allocated,
            backorder_limit,
            ..StockCounters::default()
        }
    }

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(number)
    }

    #[test]
    fn units_beyond_those_in_the_house_arrive_when_they_are_expected() {
        for (counters, expected_at, arrival) in [
            (level(3, 3, 5), Some(day(9)), Arrival::InHouse),
            (level(3, 4, 5), Some(day(9)), Arrival::Expected(day(9))),
            (level(3, 4, 5), Some(day(5)), Arrival::Unknown),
            (level(3, 4, 5), None, Arrival::Unknown),
        ] {
            assert_eq!(
                Arrival::of_last(counters, expected_at, day(5)),
                arrival,
                "{counters:?}"
            );
        }
    }

    #[test]
    fn units_of_two_houses_arrive_with_the_later_and_unknown_is_latest() {
        use Arrival::{Expected, InHouse, Unknown};
        assert_eq!(InHouse.max(Expected(day(1))), Expected(day(1)));
        assert_eq!(Expected(day(2)).max(Expected(day(1))).date(), Some(day(2)));
        assert_eq!(Expected(day(2)).max(Unknown), Unknown);
        assert_eq!([InHouse.date(), Unknown.date()], [None, None]);
    }

    #[test]
    fn buyers_are_told_the_earliest_date_at_which_something_can_be_had() {
        let (full, sold) = (level(0, 1, 1), level(0, 1, 2));
        for (levels, expected) in [
            (
                vec![(sold, Some(day(9))), (sold, Some(day(7)))],
                Some(day(7)),
            ),
            (
                vec![(sold, Some(day(9))), (full, Some(day(7)))],
                Some(day(9)),
            ),
            (
                vec![(sold, Some(day(9))), (sold, Some(day(4)))],
                Some(day(9)),
            ),
            (vec![(sold, Some(day(9))), (level(1, 0, 0), None)], None),
            (vec![(full, Some(day(9)))], None),
            (vec![(sold, None)], None),
        ] {
            assert_eq!(expected_at(&levels, day(5)), expected, "{levels:?}");
        }
    }
}
