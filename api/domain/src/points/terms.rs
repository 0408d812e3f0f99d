//! The terms of an earning rule: what earns, how much, when the points can be used and when they lapse.

use chrono::{DateTime, Datelike, Months, NaiveDate, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::PointsTrigger;
use crate::promotion::{MAX_SELECTED, ProductSelector};
use crate::text_enum;
use crate::time_zone::TimeZone;

/// Longest waiting time and longest life of points, in days.
const MAX_DAYS: u32 = 3_650;
/// Most points for each unit of money, in parts per million.
const MAX_PER_UNIT_PPM: i64 = 10_000_000_000;
/// Longest label, in characters.
const MAX_LABEL: usize = 100;

text_enum! {
    /// When points lapse.
    pub enum PointsExpiryPolicy {
        /// Never.
        Never = "NEVER",
        /// So many days after they became usable.
        AfterDays = "AFTER_DAYS",
        /// At the end of a month on the shop's calendar: the one they became usable in, or the one so many days later.
        EndOfMonth = "END_OF_MONTH",
        /// At the end of a year on the shop's calendar: the one they became usable in, or the one so many days later.
        EndOfYear = "END_OF_YEAR",
    }
}

/// When points of a rule lapse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Expiry {
    /// How the end is found.
    pub policy: PointsExpiryPolicy,
    /// Days counted from the instant the points became usable.
    pub days: Option<u32>,
}

/// What a rule gives, and on which terms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleTerms {
    /// Text for members.
    pub label: String,
    /// What earns.
    pub trigger: PointsTrigger,
    /// Points for each unit of money, in parts per million.
    pub points_per_unit_ppm: Option<i64>,
    /// Points each time.
    pub fixed_points: Option<i32>,
    /// Which products count.
    pub products: ProductSelector,
    /// Most points a member earns by it in a day.
    pub max_per_day: Option<i32>,
    /// Days until points become usable.
    pub pending_days: i32,
    /// When they lapse.
    pub expiry_policy: PointsExpiryPolicy,
    /// Days the policy counts.
    pub expiry_days: Option<i32>,
}

/// Terms that make no sense. Fields are named as in the public schema.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct TermsError {
    /// The field at fault.
    pub field: &'static str,
    /// What is expected.
    pub message: &'static str,
}

impl PointsTrigger {
    /// Whether it is reported by a program or by staff, event by event.
    #[must_use]
    pub fn is_reported(self) -> bool {
        match self {
            Self::Review | Self::Referral | Self::Custom => true,
            Self::Order | Self::Registration | Self::Birthday => false,
        }
    }
}

impl Expiry {
    /// Gives the instant at which points lapse that become usable at `usable_at` in a shop; `None` for never.
    #[must_use]
    pub fn expires_at(self, usable_at: DateTime<Utc>, shop: TimeZone) -> Option<DateTime<Utc>> {
        let counted = usable_at + TimeDelta::days(i64::from(self.days.unwrap_or_default()));
        let day = shop.day(counted);
        let first_of = |month: u32| NaiveDate::from_ymd_opt(day.year(), month, 1);
        match self.policy {
            PointsExpiryPolicy::Never => None,
            PointsExpiryPolicy::AfterDays => Some(counted),
            PointsExpiryPolicy::EndOfMonth => {
                let next = first_of(day.month())?.checked_add_months(Months::new(1))?;
                Some(shop.start_of(next))
            }
            PointsExpiryPolicy::EndOfYear => {
                let next = first_of(1)?.checked_add_months(Months::new(12))?;
                Some(shop.start_of(next))
            }
        }
    }
}

impl RuleTerms {
    /// Checks what staff wrote.
    ///
    /// # Errors
    ///
    /// [`TermsError`] for the first field at fault.
    pub fn check(&self) -> Result<(), TermsError> {
        let refuse = |field, message| Err(TermsError { field, message });
        let label = self.label.chars().count();
        if label == 0 || label > MAX_LABEL {
            return refuse("label", "a label has 1 to 100 characters");
        }
        if self.points_per_unit_ppm.is_some_and(|ppm| ppm <= 0) {
            return refuse("pointsPerMoneyUnit", "must be more than 0");
        }
        if self
            .points_per_unit_ppm
            .is_some_and(|ppm| ppm > MAX_PER_UNIT_PPM)
        {
            return refuse("pointsPerMoneyUnit", "must be at most 10000");
        }
        if self.fixed_points.is_some_and(|points| points <= 0) {
            return refuse("fixedPoints", "must be more than 0");
        }
        if !self.earns() {
            return refuse(
                "fixedPoints",
                "orders earn per money unit or fixed points, everything else fixed points only",
            );
        }
        if self.trigger != PointsTrigger::Order && self.products != ProductSelector::default() {
            return refuse("products", "only orders are about products");
        }
        if self.products.only.len() + self.products.except.len() > MAX_SELECTED {
            return refuse("products", "names too many products");
        }
        if self.max_per_day.is_some_and(|points| points <= 0) {
            return refuse("maxPerDay", "must be more than 0");
        }
        if !in_days(self.pending_days, 0) {
            return refuse("pendingDays", "lies between 0 and 3650");
        }
        self.check_expiry()
    }

    fn earns(&self) -> bool {
        match self.trigger {
            PointsTrigger::Order => {
                self.points_per_unit_ppm.is_some() || self.fixed_points.is_some()
            }
            PointsTrigger::Registration
            | PointsTrigger::Review
            | PointsTrigger::Referral
            | PointsTrigger::Birthday
            | PointsTrigger::Custom => {
                self.fixed_points.is_some() && self.points_per_unit_ppm.is_none()
            }
        }
    }

    fn check_expiry(&self) -> Result<(), TermsError> {
        let refuse = |message| {
            Err(TermsError {
                field: "expiryDays",
                message,
            })
        };
        match (self.expiry_policy, self.expiry_days) {
            (PointsExpiryPolicy::Never, Some(_)) => refuse("points that never lapse have no days"),
            (PointsExpiryPolicy::AfterDays, None) => refuse("say after how many days"),
            (PointsExpiryPolicy::AfterDays, Some(days)) if !in_days(days, 1) => {
                refuse("lies between 1 and 3650")
            }
            (_, Some(days)) if !in_days(days, 0) => refuse("lies between 0 and 3650"),
            (_, Some(_) | None) => Ok(()),
        }
    }

    /// Gives when points of the rule lapse.
    #[must_use]
    pub fn expiry(&self) -> Expiry {
        Expiry {
            policy: self.expiry_policy,
            days: self.expiry_days.and_then(|days| u32::try_from(days).ok()),
        }
    }
}

fn in_days(days: i32, least: u32) -> bool {
    u32::try_from(days).is_ok_and(|days| (least..=MAX_DAYS).contains(&days))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use chrono::{DateTime, Utc};
    use uuid::Uuid;

    use super::{Expiry, PointsExpiryPolicy, RuleTerms, TimeZone};
    use crate::points::PointsTrigger;
    use crate::promotion::{ProductSelector, ProductSet};
    use crate::text_enum::TextEnum as _;

    /// Makes sound terms unsound.
    type Change = fn(&mut RuleTerms);

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn terms() -> RuleTerms {
        RuleTerms {
            label: "Orders".to_owned(),
            trigger: PointsTrigger::Order,
            points_per_unit_ppm: Some(1_000_000),
            fixed_points: None,
            products: ProductSelector::default(),
            max_per_day: None,
            pending_days: 14,
            expiry_policy: PointsExpiryPolicy::Never,
            expiry_days: None,
        }
    }

    #[test]
    fn points_lapse_as_their_policy_says() {
        let usable = at("2026-11-22T06:30:00Z");
        for (policy, days, expected) in [
            (PointsExpiryPolicy::Never, None, None),
            (
                PointsExpiryPolicy::AfterDays,
                Some(10),
                Some("2026-12-02T06:30:00Z"),
            ),
            (
                PointsExpiryPolicy::EndOfMonth,
                None,
                Some("2026-12-01T00:00:00Z"),
            ),
            (
                PointsExpiryPolicy::EndOfMonth,
                Some(30),
                Some("2027-01-01T00:00:00Z"),
            ),
            (
                PointsExpiryPolicy::EndOfYear,
                None,
                Some("2027-01-01T00:00:00Z"),
            ),
            (
                PointsExpiryPolicy::EndOfYear,
                Some(365),
                Some("2028-01-01T00:00:00Z"),
            ),
        ] {
            assert_eq!(
                Expiry { policy, days }.expires_at(usable, TimeZone::UTC),
                expected.map(at),
                "{policy} {days:?}"
            );
        }
    }

    #[test]
    fn months_end_where_the_shop_is() {
        let end_of_month = Expiry {
            policy: PointsExpiryPolicy::EndOfMonth,
            days: None,
        };
        // In Shanghai December has begun.
        let usable = at("2026-11-30T16:00:00Z");
        for (zone, expected) in [
            ("UTC", "2026-12-01T00:00:00Z"),
            ("Asia/Shanghai", "2026-12-31T16:00:00Z"),
            ("America/New_York", "2026-12-01T05:00:00Z"),
        ] {
            let shop = TimeZone::parse(zone).unwrap();
            assert_eq!(end_of_month.expires_at(usable, shop), Some(at(expected)));
        }
    }

    #[test]
    fn terms_that_make_no_sense_are_refused() {
        assert_eq!(terms().check(), Ok(()));
        let one = || ProductSelector {
            only: ProductSet {
                product_ids: BTreeSet::from([Uuid::nil()]),
                ..ProductSet::default()
            },
            ..ProductSelector::default()
        };
        let changes: [(Change, &str); 10] = [
            (|terms| terms.label = String::new(), "label"),
            (
                |terms| terms.points_per_unit_ppm = Some(0),
                "pointsPerMoneyUnit",
            ),
            (|terms| terms.points_per_unit_ppm = None, "fixedPoints"),
            (|terms| terms.fixed_points = Some(-1), "fixedPoints"),
            (
                |terms| terms.trigger = PointsTrigger::Birthday,
                "fixedPoints",
            ),
            (|terms| terms.max_per_day = Some(0), "maxPerDay"),
            (|terms| terms.pending_days = 3_651, "pendingDays"),
            (|terms| terms.expiry_days = Some(1), "expiryDays"),
            (
                |terms| terms.expiry_policy = PointsExpiryPolicy::AfterDays,
                "expiryDays",
            ),
            (
                |terms| {
                    terms.expiry_policy = PointsExpiryPolicy::EndOfYear;
                    terms.expiry_days = Some(-1);
                },
                "expiryDays",
            ),
        ];
        for (change, field) in changes {
            let mut terms = terms();
            change(&mut terms);
            assert_eq!(terms.check().unwrap_err().field, field);
        }
        for trigger in PointsTrigger::ALL {
            let event = RuleTerms {
                trigger: *trigger,
                points_per_unit_ppm: None,
                fixed_points: Some(5),
                products: one(),
                ..terms()
            };
            let is_order = *trigger == PointsTrigger::Order;
            assert_eq!(event.check().is_ok(), is_order, "{trigger}");
        }
    }
}
