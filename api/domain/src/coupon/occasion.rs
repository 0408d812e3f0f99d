//! Occasions on which the shop gives coupons by itself.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text_enum;

text_enum! {
    /// When coupons of a template are given by themselves.
    pub enum CouponGrantTrigger {
        /// When a member has proven their address.
        Registration = "REGISTRATION",
        /// On a member's birthday.
        Birthday = "BIRTHDAY",
        /// When a member rises to a tier.
        TierReached = "TIER_REACHED",
        /// When a member's order is completed.
        OrderCompleted = "ORDER_COMPLETED",
        /// At the beginning of each month, to everybody who stands in a tier.
        EachMonth = "EACH_MONTH",
    }
}

/// Something that happened to a member, once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "occasion", rename_all = "snake_case")]
pub enum CouponOccasion {
    /// The address was proven.
    Registration,
    /// The birthday of a year.
    Birthday {
        /// The year.
        year: i32,
    },
    /// The member rose to a tier.
    TierReached {
        /// The tier.
        tier_id: Uuid,
    },
    /// An order was completed.
    OrderCompleted {
        /// The order.
        order_id: Uuid,
    },
    /// A month began in which the member stands in a tier.
    Month {
        /// The year.
        year: i32,
        /// The month, 1 to 12.
        month: u32,
    },
}

/// A trigger and a tier that do not go together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Months mean the members of a tier.
    #[error("say for which tier")]
    TierNeeded,
    /// What happens has nothing to do with tiers.
    #[error("goes with TIER_REACHED and EACH_MONTH only")]
    NoTier,
}

impl CouponGrantTrigger {
    /// Checks what staff chose; `has_tier` tells whether they named a tier. Any tier is meant when none is named for
    /// [`Self::TierReached`].
    ///
    /// # Errors
    ///
    /// [`GrantError`].
    pub fn check(trigger: Option<Self>, has_tier: bool) -> Result<(), GrantError> {
        match (trigger, has_tier) {
            (Some(Self::EachMonth), false) => Err(GrantError::TierNeeded),
            (Some(Self::EachMonth | Self::TierReached), true)
            | (
                Some(
                    Self::TierReached | Self::Registration | Self::Birthday | Self::OrderCompleted,
                )
                | None,
                false,
            ) => Ok(()),
            (Some(Self::Registration | Self::Birthday | Self::OrderCompleted) | None, true) => {
                Err(GrantError::NoTier)
            }
        }
    }

    /// Whether days of the calendar set it off, not something a member does.
    #[must_use]
    pub fn is_of_the_calendar(self) -> bool {
        match self {
            Self::Birthday | Self::EachMonth => true,
            Self::Registration | Self::TierReached | Self::OrderCompleted => false,
        }
    }
}

impl CouponOccasion {
    /// The first day of the month of a day as an occasion.
    #[must_use]
    pub fn month_of(day: NaiveDate) -> Self {
        Self::Month {
            year: day.year(),
            month: day.month(),
        }
    }

    /// What sets such an occasion off.
    #[must_use]
    pub fn trigger(self) -> CouponGrantTrigger {
        match self {
            Self::Registration => CouponGrantTrigger::Registration,
            Self::Birthday { .. } => CouponGrantTrigger::Birthday,
            Self::TierReached { .. } => CouponGrantTrigger::TierReached,
            Self::OrderCompleted { .. } => CouponGrantTrigger::OrderCompleted,
            Self::Month { .. } => CouponGrantTrigger::EachMonth,
        }
    }

    /// Names the occasion among those of a member: a template gives one coupon for each name.
    #[must_use]
    pub fn key(self) -> String {
        match self {
            Self::Registration => "registration".to_owned(),
            Self::Birthday { year } => format!("birthday:{year}"),
            Self::TierReached { tier_id } => format!("tier:{tier_id}"),
            Self::OrderCompleted { order_id } => format!("order:{order_id}"),
            Self::Month { year, month } => format!("month:{year}-{month:02}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;
    use uuid::Uuid;

    use super::{CouponGrantTrigger, CouponOccasion, GrantError};
    use crate::text_enum::TextEnum as _;

    #[test]
    fn a_tier_is_named_where_one_is_meant() {
        for trigger in CouponGrantTrigger::ALL.iter().copied() {
            let (with, without) = match trigger {
                CouponGrantTrigger::TierReached => (Ok(()), Ok(())),
                CouponGrantTrigger::EachMonth => (Ok(()), Err(GrantError::TierNeeded)),
                CouponGrantTrigger::Registration
                | CouponGrantTrigger::Birthday
                | CouponGrantTrigger::OrderCompleted => (Err(GrantError::NoTier), Ok(())),
            };
            assert_eq!(CouponGrantTrigger::check(Some(trigger), true), with);
            assert_eq!(CouponGrantTrigger::check(Some(trigger), false), without);
        }
        assert_eq!(CouponGrantTrigger::check(None, false), Ok(()));
        assert_eq!(
            CouponGrantTrigger::check(None, true),
            Err(GrantError::NoTier)
        );
    }

    #[test]
    fn occasions_that_differ_have_different_names() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 31).unwrap();
        let id = Uuid::nil();
        for (occasion, key) in [
            (CouponOccasion::Registration, "registration"),
            (CouponOccasion::Birthday { year: 2026 }, "birthday:2026"),
            (
                CouponOccasion::TierReached { tier_id: id },
                "tier:00000000-0000-0000-0000-000000000000",
            ),
            (
                CouponOccasion::OrderCompleted { order_id: id },
                "order:00000000-0000-0000-0000-000000000000",
            ),
            (CouponOccasion::month_of(day), "month:2026-03"),
        ] {
            assert_eq!(occasion.key(), key);
        }
    }
}
