//! Telling buyers that something can be had again: those who asked first, and not many more than there are units for.

use chrono::TimeDelta;

/// How long somebody waits before the wish is forgotten.
pub const ALERT_KEPT: TimeDelta = TimeDelta::days(180);

/// Most variants a member waits for in a channel.
pub const MAX_ALERTS: u64 = 100;

/// Most variants that are waited for at one address whose owner is not known, or were told of there within the last
/// [`ALERT_TURN`]: others may have given it.
pub const MAX_GUEST_ALERTS: u64 = 10;

/// Time for those who were told to buy before the next ones are told.
pub const ALERT_TURN: TimeDelta = TimeDelta::hours(1);

/// Buyers told of each unit there is: not everybody who is told will buy.
const BUYERS_PER_UNIT: u64 = 4;

/// How many of those who wait are told now of so many `available` units, when so many were told within the last
/// [`ALERT_TURN`].
#[must_use]
pub fn alerts_due(available: u32, told_lately: u64) -> u64 {
    (u64::from(available) * BUYERS_PER_UNIT).saturating_sub(told_lately)
}

#[cfg(test)]
mod tests {
    use super::alerts_due;

    #[test]
    fn four_buyers_are_told_of_each_unit_and_no_more_within_the_turn() {
        assert_eq!(alerts_due(0, 0), 0);
        assert_eq!(alerts_due(2, 0), 8);
        assert_eq!(alerts_due(2, 5), 3);
        assert_eq!(alerts_due(1, 8), 0);
        assert_eq!(alerts_due(u32::MAX, 0), 4 * u64::from(u32::MAX));
    }
}
