//! The time on a shop's wall: rules that speak of weekdays and hours mean that one.

use chrono::{
    DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset as _, SubsecRound as _,
    TimeDelta, TimeZone as _, Timelike, Utc,
};
use chrono_tz::Tz;

use crate::text_enum;

/// Clocks are put forward by quarters of an hour.
const QUARTERS_OF_A_DAY: i64 = 24 * 4;

text_enum! {
    /// Day of the week.
    pub enum Weekday {
        /// Monday.
        Monday = "MONDAY",
        /// Tuesday.
        Tuesday = "TUESDAY",
        /// Wednesday.
        Wednesday = "WEDNESDAY",
        /// Thursday.
        Thursday = "THURSDAY",
        /// Friday.
        Friday = "FRIDAY",
        /// Saturday.
        Saturday = "SATURDAY",
        /// Sunday.
        Sunday = "SUNDAY",
    }
}

/// A time zone of the IANA database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimeZone(Tz);

/// No time zone has this name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time zone such as Europe/Berlin")]
pub struct UnknownTimeZone;

/// What a clock on the wall shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LocalTime {
    /// Day of the week.
    pub weekday: Weekday,
    /// Hour of the day, 0 to 23.
    pub hour: u32,
    /// Time until the next full hour.
    pub until_next_hour: TimeDelta,
}

/// How far a clock on the wall is ahead of UTC for a while.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Offset {
    /// Until it is set again, or the end of what was asked for.
    pub until: DateTime<Utc>,
    /// So much; negative behind UTC.
    pub seconds_ahead: i32,
}

impl TimeZone {
    /// The zone without an offset.
    pub const UTC: Self = Self(Tz::UTC);

    /// Finds a time zone by its name, such as `Asia/Shanghai`.
    ///
    /// # Errors
    ///
    /// [`UnknownTimeZone`].
    pub fn parse(name: &str) -> Result<Self, UnknownTimeZone> {
        name.parse().map(Self).map_err(|_unknown| UnknownTimeZone)
    }

    /// Gives its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name()
    }

    /// Tells the day on the wall's calendar.
    #[must_use]
    pub fn day(self, now: DateTime<Utc>) -> NaiveDate {
        now.with_timezone(&self.0).date_naive()
    }

    /// Tells what the wall's calendar and clock show.
    #[must_use]
    pub fn wall(self, now: DateTime<Utc>) -> NaiveDateTime {
        now.with_timezone(&self.0).naive_local()
    }

    /// Tells how far the clock is ahead of UTC in a span of time, oldest first; never empty. The first and the last hold before
    /// and after the span, too.
    #[must_use]
    pub fn offsets(self, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Offset> {
        let ahead = |at: DateTime<Utc>| self.0.offset_from_utc_datetime(&at.naive_utc()).fix();
        let mut offsets = Vec::new();
        let mut day = from.trunc_subsecs(0);
        while day < until {
            let next = day + TimeDelta::days(1);
            if ahead(day) != ahead(next) {
                let (mut before, mut after) = (day, next);
                while after - before > TimeDelta::seconds(1) {
                    let middle = before + TimeDelta::seconds((after - before).num_seconds() / 2);
                    if ahead(middle) == ahead(day) {
                        before = middle;
                    } else {
                        after = middle;
                    }
                }
                offsets.push(Offset {
                    until: after,
                    seconds_ahead: ahead(day).local_minus_utc(),
                });
            }
            day = next;
        }
        offsets.push(Offset {
            until: day,
            seconds_ahead: ahead(day).local_minus_utc(),
        });
        offsets
    }

    /// Gives the instant at which a day begins. Where clocks are put forward at midnight it begins later on the wall; a day a
    /// zone left out begins as in UTC.
    #[must_use]
    pub fn start_of(self, day: NaiveDate) -> DateTime<Utc> {
        let midnight = day.and_time(NaiveTime::MIN);
        (0..QUARTERS_OF_A_DAY)
            .map(|quarter| midnight + TimeDelta::minutes(15 * quarter))
            .find_map(|wall| self.0.from_local_datetime(&wall).earliest())
            .map_or_else(|| midnight.and_utc(), |instant| instant.with_timezone(&Utc))
    }

    /// Tells the time on the wall.
    #[must_use]
    pub fn local(self, now: DateTime<Utc>) -> LocalTime {
        let local = now.with_timezone(&self.0);
        let past = TimeDelta::minutes(local.minute().into())
            + TimeDelta::seconds(local.second().into())
            + TimeDelta::nanoseconds(local.nanosecond().into());
        LocalTime {
            weekday: match local.weekday() {
                chrono::Weekday::Mon => Weekday::Monday,
                chrono::Weekday::Tue => Weekday::Tuesday,
                chrono::Weekday::Wed => Weekday::Wednesday,
                chrono::Weekday::Thu => Weekday::Thursday,
                chrono::Weekday::Fri => Weekday::Friday,
                chrono::Weekday::Sat => Weekday::Saturday,
                chrono::Weekday::Sun => Weekday::Sunday,
            },
            hour: local.hour(),
            until_next_hour: TimeDelta::hours(1) - past,
        }
    }
}

impl Default for TimeZone {
    fn default() -> Self {
        Self::UTC
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};

    use super::{TimeZone, UnknownTimeZone, Weekday};

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn the_wall_is_where_the_shop_is() {
        // Sunday night in London is Monday morning in Shanghai; Nepal is off by a quarter of an hour.
        let night = at("2026-06-14T23:30:00Z");
        for (zone, weekday, hour, minutes) in [
            ("UTC", Weekday::Sunday, 23, 30),
            ("Asia/Shanghai", Weekday::Monday, 7, 30),
            ("Asia/Kathmandu", Weekday::Monday, 5, 45),
            ("America/New_York", Weekday::Sunday, 19, 30),
        ] {
            let local = TimeZone::parse(zone).unwrap().local(night);
            assert_eq!((local.weekday, local.hour), (weekday, hour), "{zone}");
            assert_eq!(local.until_next_hour, TimeDelta::minutes(minutes), "{zone}");
        }
    }

    #[test]
    fn clocks_are_set_at_known_instants() {
        let offsets = |zone: &str, from, until| {
            let offsets = TimeZone::parse(zone).unwrap().offsets(at(from), at(until));
            let told = offsets
                .iter()
                .map(|one| (one.until.to_string(), one.seconds_ahead));
            told.collect::<Vec<_>>()
        };
        let told = |text: &str, seconds| (text.to_owned(), seconds);
        assert_eq!(
            offsets(
                "Europe/Berlin",
                "2026-01-01T12:00:00.5Z",
                "2026-12-01T00:00:00Z"
            ),
            [
                told("2026-03-29 01:00:00 UTC", 3_600),
                told("2026-10-25 01:00:00 UTC", 7_200),
                told("2026-12-01 12:00:00 UTC", 3_600),
            ]
        );
        assert_eq!(
            offsets(
                "Asia/Kathmandu",
                "2026-01-01T00:00:00Z",
                "2026-01-01T00:00:00Z"
            ),
            [told("2026-01-01 00:00:00 UTC", 20_700)]
        );
        // Samoa left a day out.
        assert_eq!(
            offsets(
                "Pacific/Apia",
                "2011-12-30T00:00:00Z",
                "2011-12-31T00:00:00Z"
            ),
            [
                told("2011-12-30 10:00:00 UTC", -36_000),
                told("2011-12-31 00:00:00 UTC", 50_400)
            ]
        );
    }

    #[test]
    fn days_begin_where_the_shop_is() {
        for (zone, day, start) in [
            ("UTC", "2026-06-15", "2026-06-15T00:00:00Z"),
            ("Asia/Shanghai", "2026-06-15", "2026-06-14T16:00:00Z"),
            ("America/New_York", "2026-06-15", "2026-06-15T04:00:00Z"),
            // In Cairo clocks were put forward from midnight to one o'clock.
            ("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z"),
            // Samoa changed sides of the date line and left this day out.
            ("Pacific/Apia", "2011-12-30", "2011-12-30T00:00:00Z"),
        ] {
            let zone = TimeZone::parse(zone).unwrap();
            let day = day.parse().unwrap();
            assert_eq!(zone.start_of(day), at(start), "{day}");
        }
        let shanghai = TimeZone::parse("Asia/Shanghai").unwrap();
        assert_eq!(
            shanghai.day(at("2026-06-14T15:59:59Z")).to_string(),
            "2026-06-14"
        );
        assert_eq!(
            shanghai.day(at("2026-06-14T16:00:00Z")).to_string(),
            "2026-06-15"
        );
    }

    #[test]
    fn summer_time_counts() {
        let berlin = TimeZone::parse("Europe/Berlin").unwrap();
        assert_eq!(berlin.name(), "Europe/Berlin");
        assert_eq!(berlin.local(at("2026-03-29T00:59:59Z")).hour, 1);
        assert_eq!(berlin.local(at("2026-03-29T01:00:00Z")).hour, 3);
        assert_eq!(TimeZone::parse("Mars/Olympus"), Err(UnknownTimeZone));
    }
}
