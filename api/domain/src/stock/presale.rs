//! Presales: units that are sold before they may leave.

use chrono::{DateTime, TimeDelta, Utc};

use super::{StockCounters, StockStatus, backorder, status};

/// How long orders are looked for that were being placed as a date moved.
pub const PRESALE_SETTLES: TimeDelta = TimeDelta::minutes(10);

/// How far ahead a presale may be at most.
pub const MAX_PRESALE: TimeDelta = TimeDelta::days(1_096);

/// The date before which nothing leaves, unless it has come.
#[must_use]
pub fn ahead(ships_at: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    ships_at.filter(|date| *date > now)
}

/// Whether a variant can be had over all warehouses, and when; `levels` come with the dates on which their backorders should
/// arrive. What is in a presale leaves on its date, or with what is still to arrive.
#[must_use]
pub fn answer(
    levels: &[(StockCounters, Option<DateTime<Utc>>)],
    ships_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> (StockStatus, Option<DateTime<Utc>>) {
    let counters: Vec<StockCounters> = levels.iter().map(|(counters, _)| *counters).collect();
    let (status, arrival) = (status(&counters), backorder::expected_at(levels, now));
    match ahead(ships_at, now) {
        Some(date) if status != StockStatus::OutOfStock => {
            (StockStatus::Presale, arrival.max(Some(date)))
        }
        Some(_) | None => (status, arrival),
    }
}

/// Until when a parcel waits: for the date somebody chose for it, and for its goods.
#[must_use]
pub fn waits_until(
    chosen_at: Option<DateTime<Utc>>,
    ships_at: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
) -> Option<DateTime<Utc>> {
    ahead(chosen_at.max(ships_at), now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::days(number)
    }

    fn level(on_hand: i32, backorder_limit: i32) -> StockCounters {
        StockCounters {
            on_hand,
            backorder_limit,
            ..StockCounters::default()
        }
    }

    #[test]
    fn what_is_in_a_presale_comes_with_the_later_of_its_dates() {
        use StockStatus::{Backorder, InStock, OutOfStock, Presale};
        let (here, none) = (vec![(level(9, 0), None)], vec![(level(0, 0), Some(day(9)))]);
        let coming = |date| vec![(level(0, 5), date)];
        for (levels, ships_at, expected) in [
            (here.clone(), Some(day(7)), (Presale, Some(day(7)))),
            (here.clone(), Some(day(5)), (InStock, None)),
            (here, None, (InStock, None)),
            (coming(Some(day(6))), Some(day(7)), (Presale, Some(day(7)))),
            (coming(Some(day(9))), Some(day(7)), (Presale, Some(day(9)))),
            (coming(None), Some(day(7)), (Presale, Some(day(7)))),
            (coming(Some(day(9))), None, (Backorder, Some(day(9)))),
            (none, Some(day(7)), (OutOfStock, None)),
            (vec![], Some(day(7)), (OutOfStock, None)),
        ] {
            assert_eq!(answer(&levels, ships_at, day(5)), expected, "{levels:?}");
        }
    }

    #[test]
    fn parcels_wait_for_the_later_of_what_was_chosen_and_their_goods() {
        for (chosen, ships, expected) in [
            (None, None, None),
            (None, Some(day(7)), Some(day(7))),
            (Some(day(7)), None, Some(day(7))),
            (Some(day(8)), Some(day(7)), Some(day(8))),
            (Some(day(6)), Some(day(7)), Some(day(7))),
            (Some(day(4)), Some(day(5)), None),
        ] {
            assert_eq!(waits_until(chosen, ships, day(5)), expected);
        }
    }
}
