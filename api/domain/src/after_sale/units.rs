//! How many units of a line a new case may be about.

use chrono::{DateTime, TimeDelta, Utc};

/// Units of a line that left in one parcel.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SentUnits {
    /// How many.
    pub units: u32,
    /// When they arrived; `None` while they are on their way.
    pub delivered_at: Option<DateTime<Utc>>,
}

/// What became of the units of a line.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LineClaims {
    /// Ordered.
    pub ordered: u32,
    /// Parcels that left with them.
    pub sent: Vec<SentUnits>,
    /// Paid back without a case.
    pub refunded_apart: u32,
    /// Claimed by other cases.
    pub claimed: u32,
    /// Whether they can be sent back at all.
    pub is_returnable: bool,
}

/// Why a case cannot be about units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    /// They cannot be sent back at all.
    #[error("this can never be returned")]
    NotReturnable,
    /// Fewer were sent that no other case is about.
    #[error("only {left} units are left")]
    TooMany {
        /// Units left.
        left: u32,
    },
    /// They arrived too long ago.
    #[error("the time to return is over")]
    TooLate,
}

impl LineClaims {
    /// Units that were sent, are not paid back and claimed by no case.
    #[must_use]
    pub fn left(&self) -> u32 {
        let sent = self
            .sent
            .iter()
            .fold(0_u32, |sum, sent| sum.saturating_add(sent.units));
        sent.min(self.ordered.saturating_sub(self.refunded_apart))
            .saturating_sub(self.claimed)
    }

    /// Those of them that arrived no longer ago than `window`, or are still on their way. The older ones are taken to have
    /// been claimed first.
    #[must_use]
    pub fn left_within(&self, window: TimeDelta, now: DateTime<Utc>) -> u32 {
        let is_young = |sent: &&SentUnits| {
            sent.delivered_at
                .is_none_or(|at| now.signed_duration_since(at) <= window)
        };
        let young = self.sent.iter().filter(is_young);
        young
            .fold(0_u32, |sum, sent| sum.saturating_add(sent.units))
            .min(self.left())
    }

    /// Units the buyer may still send back.
    #[must_use]
    pub fn returnable(&self, window: TimeDelta, now: DateTime<Utc>) -> u32 {
        if self.is_returnable {
            self.left_within(window, now)
        } else {
            0
        }
    }

    /// Checks that a new case may be about so many units; `window` is `None` for staff, who may be generous.
    ///
    /// # Errors
    /// [`ClaimError`], each as it says.
    pub fn check(
        &self,
        units: u32,
        wants_goods_back: bool,
        window: Option<TimeDelta>,
        now: DateTime<Utc>,
    ) -> Result<(), ClaimError> {
        if wants_goods_back && !self.is_returnable {
            return Err(ClaimError::NotReturnable);
        }
        let left = self.left();
        if units > left {
            return Err(ClaimError::TooMany { left });
        }
        if window.is_some_and(|window| units > self.left_within(window, now)) {
            return Err(ClaimError::TooLate);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::{Strategy, any, prop, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn day(day: i64) -> DateTime<Utc> {
        Utc.timestamp_opt(day * 86_400, 0).unwrap()
    }

    fn sent(units: u32, delivered_on: Option<i64>) -> SentUnits {
        SentUnits {
            units,
            delivered_at: delivered_on.map(day),
        }
    }

    /// Five ordered; two arrived on day 0, two on day 5, one has not left.
    fn line() -> LineClaims {
        LineClaims {
            ordered: 5,
            sent: vec![sent(2, Some(0)), sent(2, Some(5))],
            refunded_apart: 0,
            claimed: 0,
            is_returnable: true,
        }
    }

    const WEEK: TimeDelta = TimeDelta::days(7);

    #[test]
    fn only_what_was_sent_and_is_in_time_can_come_back() {
        let line = line();
        let check = |units, on| line.check(units, true, Some(WEEK), day(on));
        assert_eq!(check(4, 7), Ok(()));
        assert_eq!(check(5, 7), Err(ClaimError::TooMany { left: 4 }));
        assert_eq!(check(3, 8), Err(ClaimError::TooLate));
        assert_eq!(check(2, 12), Ok(()));
        assert_eq!(check(1, 13), Err(ClaimError::TooLate));
        assert_eq!(
            line.check(4, true, None, day(400)),
            Ok(()),
            "staff may be generous"
        );
        assert_eq!(
            line.check(5, true, None, day(400)),
            Err(ClaimError::TooMany { left: 4 })
        );
    }

    #[test]
    fn a_unit_is_claimed_or_paid_back_once() {
        let line = LineClaims {
            refunded_apart: 2,
            claimed: 1,
            ..line()
        };
        assert_eq!(line.left(), 2);
        assert_eq!(line.left_within(WEEK, day(8)), 2);
        assert_eq!(
            LineClaims {
                refunded_apart: 5,
                ..line
            }
            .left(),
            0
        );
    }

    #[test]
    fn what_is_on_its_way_is_in_time_and_what_cannot_travel_is_paid_back_at_most() {
        let line = LineClaims {
            sent: vec![sent(1, None)],
            is_returnable: false,
            ..line()
        };
        assert_eq!(line.check(1, false, Some(WEEK), day(999)), Ok(()));
        assert_eq!(
            line.check(1, true, Some(WEEK), day(0)),
            Err(ClaimError::NotReturnable)
        );
        assert_eq!(line.returnable(WEEK, day(0)), 0);
    }

    fn lines() -> impl Strategy<Value = LineClaims> {
        let parcels = prop::collection::vec((0..4_u32, prop::option::of(0..30_i64)), 0..4);
        (0..12_u32, parcels, 0..6_u32, 0..6_u32, any::<bool>()).prop_map(
            |(ordered, parcels, refunded_apart, claimed, is_returnable)| LineClaims {
                ordered,
                sent: parcels
                    .into_iter()
                    .map(|(units, on)| sent(units, on))
                    .collect(),
                refunded_apart,
                claimed,
                is_returnable,
            },
        )
    }

    proptest! {
        #[test]
        fn claims_never_exceed_what_was_bought_and_sent(mut line in lines(), wishes in prop::collection::vec(0..5_u32, 0..8), on in 0..60_i64) {
            let (claimed, sent) = (line.claimed, line.sent.iter().map(|sent| sent.units).sum::<u32>());
            for units in wishes {
                let left = line.left_within(WEEK, day(on));
                let is_allowed = line.check(units, false, Some(WEEK), day(on)).is_ok();
                prop_assert_eq!(is_allowed, units <= left);
                prop_assert!(left <= line.left());
                if is_allowed {
                    line.claimed += units;
                }
            }
            if line.claimed > claimed {
                prop_assert!(line.claimed <= sent);
                prop_assert!(line.claimed + line.refunded_apart <= line.ordered);
            }
        }
    }
}
