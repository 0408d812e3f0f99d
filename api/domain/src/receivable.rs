//! Money that members owe: how much of it may stand on account, when it is due, and how long it has been.

use chrono::{Days, NaiveDate};

use crate::money::{Currency, Money, MoneyError};
use crate::text_enum;
use crate::text_enum::TextEnum;

/// Longest time to pay, in days.
pub const MAX_DAYS_TO_PAY: u16 = 365;

text_enum! {
    /// How long money has been due.
    pub enum ReceivableAge {
        /// It is not due yet.
        NotDue = "NOT_DUE",
        /// For 1 to 30 days.
        UpTo30Days = "UP_TO_30_DAYS",
        /// For 31 to 60 days.
        UpTo60Days = "UP_TO_60_DAYS",
        /// For 61 to 90 days.
        UpTo90Days = "UP_TO_90_DAYS",
        /// For more than 90 days.
        Over90Days = "OVER_90_DAYS",
    }
}

impl ReceivableAge {
    /// Judges money that is due on a day; `None` before that day is set.
    #[must_use]
    pub fn of(due_on: Option<NaiveDate>, today: NaiveDate) -> Self {
        match days_overdue(due_on, today) {
            0 => Self::NotDue,
            1..=30 => Self::UpTo30Days,
            31..=60 => Self::UpTo60Days,
            61..=90 => Self::UpTo90Days,
            _ => Self::Over90Days,
        }
    }

    /// Tells the first and the last of the days on which money of this age was due; `None` where there is no bound. Money
    /// without such a day is not due.
    #[must_use]
    pub fn due_between(self, today: NaiveDate) -> (Option<NaiveDate>, Option<NaiveDate>) {
        let ago = |days| today.checked_sub_days(Days::new(days));
        match self {
            Self::NotDue => (Some(today), None),
            Self::UpTo30Days => (ago(30), ago(1)),
            Self::UpTo60Days => (ago(60), ago(31)),
            Self::UpTo90Days => (ago(90), ago(61)),
            Self::Over90Days => (None, ago(91)),
        }
    }
}

/// Counts the days for which money has been due; none on the day itself.
#[must_use]
pub fn days_overdue(due_on: Option<NaiveDate>, today: NaiveDate) -> u32 {
    let late = due_on.map_or(0, |due_on| (today - due_on).num_days());
    u32::try_from(late.max(0)).unwrap_or(u32::MAX)
}

/// What a member may owe, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentTerms {
    limit: Money,
    days: u16,
}

/// Why terms cannot be agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TermsError {
    /// Nothing, or less, may be owed.
    #[error("a limit is more than nothing")]
    NoLimit,
    /// The time to pay is negative or too long.
    #[error("between 0 and {MAX_DAYS_TO_PAY} days")]
    Days,
}

impl PaymentTerms {
    /// Agrees on a limit and on days to pay.
    ///
    /// # Errors
    /// [`TermsError`], each as it says.
    pub fn try_new(limit: Money, days: i32) -> Result<Self, TermsError> {
        if !limit.is_positive() {
            return Err(TermsError::NoLimit);
        }
        let days = u16::try_from(days).ok();
        let days = days.filter(|days| *days <= MAX_DAYS_TO_PAY);
        let days = days.ok_or(TermsError::Days)?;
        Ok(Self { limit, days })
    }

    /// Gives what may be owed at most.
    #[must_use]
    pub fn limit(self) -> Money {
        self.limit
    }

    /// Gives the days from when the goods leave until the money is due.
    #[must_use]
    pub fn days(self) -> u16 {
        self.days
    }

    /// Tells how much more may be owed when so much is; nothing once a limit was lowered below it.
    ///
    /// # Errors
    /// [`MoneyError`] for another currency.
    pub fn room(self, owed: Money) -> Result<Money, MoneyError> {
        let room = self.limit.minus(owed)?;
        Ok(if room.is_negative() {
            Money::zero(room.currency)
        } else {
            room
        })
    }
}

/// Tells when money is due for goods that left on a day.
#[must_use]
pub fn due_on(left_on: NaiveDate, days: u16) -> NaiveDate {
    left_on
        .checked_add_days(Days::new(days.into()))
        .unwrap_or(NaiveDate::MAX)
}

/// What an order owes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Debt {
    /// All of it.
    pub owed: Money,
    /// How much of it stands on account, never more than all: goods leave before that is paid.
    pub on_account: Money,
}

impl Debt {
    /// Tells what has to be paid before goods leave: what changes of the order added to what was agreed.
    ///
    /// # Errors
    /// [`MoneyError`] for mixed currencies.
    pub fn before_goods_leave(self) -> Result<Money, MoneyError> {
        self.owed.minus(self.on_account)
    }

    /// What is left of it once only so much is owed: what has to be paid before goods leave goes first.
    ///
    /// # Errors
    /// [`MoneyError`] for mixed currencies.
    pub fn lowered_to(self, owed: Money) -> Result<Self, MoneyError> {
        Ok(Self {
            owed,
            on_account: self.on_account.least(owed)?,
        })
    }
}

/// What is owed of one age.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AgeTotal {
    /// For how long it has been due.
    pub age: ReceivableAge,
    /// How much.
    pub owed: Money,
    /// By how many orders.
    pub orders: u64,
}

/// Adds up what is owed by age, youngest first; `owed` tells for each day how much is due on it, and for how many orders.
///
/// # Errors
/// [`MoneyError`] for mixed currencies, or when a sum is too large.
pub fn by_age(
    owed: &[(Option<NaiveDate>, Money, u64)],
    currency: Currency,
    today: NaiveDate,
) -> Result<Vec<AgeTotal>, MoneyError> {
    ReceivableAge::ALL
        .iter()
        .map(|age| {
            let own = owed
                .iter()
                .filter(|(due_on, ..)| ReceivableAge::of(*due_on, today) == *age);
            Ok(AgeTotal {
                age: *age,
                owed: Money::sum(own.clone().map(|(_, owed, _)| *owed), currency)?,
                orders: own.map(|(.., orders)| orders).sum(),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;
    use proptest::prelude::*;

    use super::*;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    #[test]
    fn money_grows_old_by_the_day() {
        let today = day("2026-06-30");
        for (due_on, days, age) in [
            (None, 0, ReceivableAge::NotDue),
            (Some("2026-07-01"), 0, ReceivableAge::NotDue),
            (Some("2026-06-30"), 0, ReceivableAge::NotDue),
            (Some("2026-06-29"), 1, ReceivableAge::UpTo30Days),
            (Some("2026-05-31"), 30, ReceivableAge::UpTo30Days),
            (Some("2026-05-30"), 31, ReceivableAge::UpTo60Days),
            (Some("2026-05-01"), 60, ReceivableAge::UpTo60Days),
            (Some("2026-04-30"), 61, ReceivableAge::UpTo90Days),
            (Some("2026-04-01"), 90, ReceivableAge::UpTo90Days),
            (Some("2026-03-31"), 91, ReceivableAge::Over90Days),
            (Some("2020-01-01"), 2_372, ReceivableAge::Over90Days),
        ] {
            let due_on = due_on.map(day);
            assert_eq!(days_overdue(due_on, today), days, "{due_on:?}");
            assert_eq!(ReceivableAge::of(due_on, today), age, "{due_on:?}");
        }
    }

    #[test]
    fn terms_have_a_limit_and_a_bounded_time() {
        let refused = |minor, days| PaymentTerms::try_new(eur(minor), days).unwrap_err();
        assert_eq!(refused(0, 30), TermsError::NoLimit);
        assert_eq!(refused(-1, 30), TermsError::NoLimit);
        assert_eq!(refused(100, -1), TermsError::Days);
        assert_eq!(refused(100, 366), TermsError::Days);
        assert_eq!(refused(100, 65_536), TermsError::Days);
        let terms = PaymentTerms::try_new(eur(100), 0).unwrap();
        assert_eq!((terms.limit(), terms.days()), (eur(100), 0));
        for (owed, room) in [(0, 100), (99, 1), (100, 0), (150, 0)] {
            assert_eq!(terms.room(eur(owed)).unwrap(), eur(room), "{owed}");
        }
    }

    #[test]
    fn the_days_to_pay_run_from_when_goods_left() {
        for (left_on, days, due) in [
            ("2026-01-31", 0, "2026-01-31"),
            ("2026-01-31", 30, "2026-03-02"),
            ("2028-02-28", 1, "2028-02-29"),
        ] {
            assert_eq!(due_on(day(left_on), days), day(due));
        }
        assert_eq!(due_on(NaiveDate::MAX, 1), NaiveDate::MAX);
    }

    proptest! {
        #[test]
        fn every_day_has_the_age_that_looks_for_it(late in -200_i64..400) {
            let today = day("2026-06-30");
            let due_on = today - TimeDelta::days(late);
            let looks = |age: &ReceivableAge| {
                let (from, until) = age.due_between(today);
                from.is_none_or(|from| from <= due_on) && until.is_none_or(|until| due_on <= until)
            };
            let found: Vec<_> = ReceivableAge::ALL.iter().copied().filter(looks).collect();
            prop_assert_eq!(found, [ReceivableAge::of(Some(due_on), today)]);
        }

        #[test]
        fn ages_add_up_to_what_is_owed(
            rows in prop::collection::vec((prop::option::of(-200_i64..400), 0..1_000_000_i64, 1..5_u64), 0..40),
        ) {
            let today = day("2026-06-30");
            let rows: Vec<_> = rows
                .iter()
                .map(|(late, minor, orders)| (late.map(|late| today - TimeDelta::days(late)), eur(*minor), *orders))
                .collect();
            let ages = by_age(&rows, eur(0).currency, today).unwrap();
            let names: Vec<_> = ages.iter().map(|total| total.age).collect();
            prop_assert_eq!(names, ReceivableAge::ALL);
            let owed: i64 = ages.iter().map(|total| total.owed.minor).sum();
            prop_assert_eq!(owed, rows.iter().map(|(_, owed, _)| owed.minor).sum::<i64>());
            let orders: u64 = ages.iter().map(|total| total.orders).sum();
            prop_assert_eq!(orders, rows.iter().map(|(.., orders)| orders).sum::<u64>());
        }

        #[test]
        fn a_debt_goes_down_to_nothing_and_never_below(
            on_account in 0..10_000_i64,
            raised in 0..10_000_i64,
            parts in prop::collection::vec(0..5_000_i64, 0..10),
        ) {
            let mut debt = Debt { owed: eur(on_account + raised), on_account: eur(on_account) };
            for part in parts {
                let first = debt.before_goods_leave().unwrap();
                let next = debt.lowered_to(eur((debt.owed.minor - part).max(0))).unwrap();
                let then = next.before_goods_leave().unwrap();
                prop_assert!(!then.is_negative() && !next.on_account.is_negative());
                // What goods wait for is paid before what may wait.
                prop_assert!(then.is_zero() || next.on_account == debt.on_account);
                prop_assert!(then.minor <= first.minor && next.owed.minor <= debt.owed.minor);
                debt = next;
            }
        }
    }
}
