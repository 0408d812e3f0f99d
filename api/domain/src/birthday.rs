//! Birthdays: which are celebrated on a day, and which days are still to be celebrated.

use chrono::{Datelike, Days, NaiveDate};

/// Birthdays missed while no server ran that are still celebrated, in days.
const MISSED_DAYS: u64 = 7;

/// Gives the days of birth celebrated on a day, as month and day: whoever was born on a leap day is not left out in
/// other years.
#[must_use]
pub fn birthdays_on(day: NaiveDate) -> Vec<(u32, u32)> {
    let mut days = vec![(day.month(), day.day())];
    let tomorrow = day.checked_add_days(Days::new(1));
    if (day.month(), day.day()) == (2, 28) && tomorrow.is_some_and(|next| next.month() == 3) {
        days.push((2, 29));
    }
    days
}

/// Gives the days whose birthdays are to be celebrated today: those after the last one celebrated, missed ones of the last week
/// included; today alone when there was none.
#[must_use]
pub fn days_to_celebrate(last: Option<NaiveDate>, today: NaiveDate) -> Vec<NaiveDate> {
    let earliest = today
        .checked_sub_days(Days::new(MISSED_DAYS))
        .unwrap_or(today);
    let first = last.map_or(Some(today), |last| last.succ_opt());
    let days = first
        .into_iter()
        .flat_map(|first| first.max(earliest).iter_days());
    days.take_while(|day| *day <= today).collect()
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::{birthdays_on, days_to_celebrate};

    fn day(year: i32, month: u32, day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(year, month, day).unwrap()
    }

    #[test]
    fn leap_days_are_celebrated_every_year() {
        assert_eq!(birthdays_on(day(2026, 5, 31)), [(5, 31)]);
        assert_eq!(birthdays_on(day(2026, 2, 28)), [(2, 28), (2, 29)]);
        assert_eq!(birthdays_on(day(2028, 2, 28)), [(2, 28)]);
        assert_eq!(birthdays_on(day(2028, 2, 29)), [(2, 29)]);
    }

    #[test]
    fn each_day_is_celebrated_once_and_lately_missed_ones_too() {
        let today = day(2026, 3, 2);
        assert_eq!(days_to_celebrate(None, today), [today]);
        assert_eq!(days_to_celebrate(Some(today), today), []);
        assert_eq!(
            days_to_celebrate(Some(day(2026, 2, 27)), today),
            [day(2026, 2, 28), day(2026, 3, 1), today]
        );
        assert_eq!(days_to_celebrate(Some(day(2025, 1, 1)), today).len(), 8);
        assert_eq!(days_to_celebrate(Some(day(2026, 3, 3)), today), []);
    }
}
