//! Carts that their buyers left: when that is told, and where a buyer goes on.

use chrono::{DateTime, DurationRound as _, TimeDelta, Utc};

/// After so many hours without a change a cart is told as left, each time once.
pub const STEPS: [i32; 3] = [1, 24, 72];
/// Nothing is told of a cart sooner after the last time, however often it changes in between: what lies between the first two
/// steps.
pub const QUIET: TimeDelta = TimeDelta::hours(23);
/// Of a cart left longer ago nothing is told, also when the shop was not running in between.
pub const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(96);
/// How long it is known that a cart was left.
pub const KEPT: TimeDelta = TimeDelta::days(400);
/// Stands for a cart's id in the address of the storefront's page for carts.
pub const CART_ID: &str = "{cartId}";

/// The last step that a cart has reached, in hours; none when it changed a moment ago, or is forgotten.
#[must_use]
pub fn step(left_at: DateTime<Utc>, now: DateTime<Utc>) -> Option<i32> {
    let age = now - left_at;
    let reached = |hours: &i32| age >= TimeDelta::hours(i64::from(*hours));
    STEPS
        .into_iter()
        .rev()
        .find(reached)
        .filter(|_| age < FORGOTTEN_AFTER)
}

/// The full hour in which a cart changes: carts that were left are found by it, so that an index on it need not follow every
/// change.
#[must_use]
pub fn active_hour(now: DateTime<Utc>) -> DateTime<Utc> {
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

/// Where a buyer goes on with a cart.
#[must_use]
pub fn recover_url(page: &str, cart_id: &str) -> String {
    page.replace(CART_ID, cart_id)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_is_reached_to_the_second_and_the_last_one_ends() {
        let left_at = DateTime::UNIX_EPOCH;
        let cases = [
            (-1, None),
            (3_599, None),
            (3_600, Some(1)),
            (86_399, Some(1)),
            (86_400, Some(24)),
            (259_199, Some(24)),
            (259_200, Some(72)),
            (345_599, Some(72)),
            (345_600, None),
        ];
        for (seconds, expected) in cases {
            let now = left_at + TimeDelta::seconds(seconds);
            assert_eq!(step(left_at, now), expected, "{seconds}");
        }
    }

    #[test]
    fn an_hour_begins_with_its_first_instant() {
        let hour = DateTime::UNIX_EPOCH + TimeDelta::hours(7);
        for micros in [0, 1, 3_599_999_999] {
            assert_eq!(active_hour(hour + TimeDelta::microseconds(micros)), hour);
        }
        assert_eq!(
            active_hour(hour - TimeDelta::microseconds(1)),
            hour - TimeDelta::hours(1)
        );
    }

    #[test]
    fn the_page_is_that_of_the_cart() {
        let page = "https://shop.test/basket?id={cartId}";
        assert_eq!(
            recover_url(page, "cart_1"),
            "https://shop.test/basket?id=cart_1"
        );
    }
}
