//! The time on a shop's wall: rules that speak of weekdays and hours mean that one.

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use chrono_tz::Tz;

use crate::text_enum;

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
    fn summer_time_counts() {
        let berlin = TimeZone::parse("Europe/Berlin").unwrap();
        assert_eq!(berlin.name(), "Europe/Berlin");
        assert_eq!(berlin.local(at("2026-03-29T00:59:59Z")).hour, 1);
        assert_eq!(berlin.local(at("2026-03-29T01:00:00Z")).hour, 3);
        assert_eq!(TimeZone::parse("Mars/Olympus"), Err(UnknownTimeZone));
    }
}
