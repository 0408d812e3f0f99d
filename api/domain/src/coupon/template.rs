//! What staff may write into a template, and what must stay once coupons were made from it.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use super::{CouponGrantTrigger, GrantError};

/// Longest label, in characters.
const MAX_LABEL: usize = 200;
/// Longest life of a coupon in a wallet, in days.
const MAX_DAYS: i32 = 3_650;
/// Longest grace, in days.
const MAX_GRACE_DAYS: i32 = 365;

/// Everything staff write about a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TemplateTerms {
    /// Text for buyers.
    pub label: String,
    /// The promotion its coupons let count.
    pub promotion_id: Uuid,
    /// Whether members may claim coupons of it.
    pub is_claimable: bool,
    /// When its coupons become usable.
    pub usable_from: Option<DateTime<Utc>>,
    /// When its coupons lapse.
    pub expires_at: Option<DateTime<Utc>>,
    /// Days after which a coupon in a wallet lapses, if that is sooner.
    pub valid_days: Option<i32>,
    /// When its coupons are given by themselves.
    pub grant_on: Option<CouponGrantTrigger>,
    /// The tier that is meant.
    pub grant_tier_id: Option<Uuid>,
    /// Most one member may hold.
    pub per_member: i32,
    /// Coupons that may be issued.
    pub issue_limit: Option<i32>,
    /// Whether a cancelled order gives the coupon back.
    pub is_restorable: bool,
    /// Days a coupon for one order can still be used at least when the order gives it back.
    pub grace_days: i32,
}

/// A field of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateField {
    /// [`TemplateTerms::label`].
    Label,
    /// [`TemplateTerms::promotion_id`].
    Promotion,
    /// [`TemplateTerms::usable_from`].
    UsableFrom,
    /// [`TemplateTerms::expires_at`].
    ExpiresAt,
    /// [`TemplateTerms::valid_days`].
    ValidDays,
    /// [`TemplateTerms::grant_tier_id`].
    GrantTier,
    /// [`TemplateTerms::per_member`].
    PerMember,
    /// [`TemplateTerms::issue_limit`].
    IssueLimit,
    /// [`TemplateTerms::grace_days`].
    GraceDays,
}

/// Why a template cannot be as staff want it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// No text, or too much.
    #[error("needed, 1 to {MAX_LABEL} characters")]
    Label,
    /// The end is not after the start.
    #[error("must be after `usableFrom`")]
    Window,
    /// Longer than coupons are kept.
    #[error("at most {MAX_DAYS}")]
    TooManyDays,
    /// A grace of less than nothing, or too long.
    #[error("0 to {MAX_GRACE_DAYS}")]
    GraceDays,
    /// A count of nothing.
    #[error("must be more than 0")]
    NotPositive(TemplateField),
    /// The trigger and the tier do not go together.
    #[error(transparent)]
    Grant(#[from] GrantError),
    /// More coupons than that are out.
    #[error("{issued} are issued already")]
    BelowIssued {
        /// Coupons issued.
        issued: i32,
    },
    /// Holders of its coupons rely on it.
    #[error(
        "coupons were made from this template: its promotion stays, its start comes no later, and a limit cannot be added"
    )]
    CouponsExist(TemplateField),
}

/// What was made from a template so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Made {
    /// Whether any coupon was.
    pub any: bool,
    /// Coupons counted against the limit; counted only where there is one.
    pub issued: i32,
}

impl TemplateError {
    /// The field at fault.
    #[must_use]
    pub fn field(self) -> TemplateField {
        match self {
            Self::Label => TemplateField::Label,
            Self::Window => TemplateField::ExpiresAt,
            Self::TooManyDays => TemplateField::ValidDays,
            Self::GraceDays => TemplateField::GraceDays,
            Self::Grant(_) => TemplateField::GrantTier,
            Self::BelowIssued { .. } => TemplateField::IssueLimit,
            Self::NotPositive(field) | Self::CouponsExist(field) => field,
        }
    }
}

impl TemplateTerms {
    /// Checks the terms of a template by themselves.
    ///
    /// # Errors
    ///
    /// [`TemplateError`], but neither of its last two variants.
    pub fn check(&self) -> Result<(), TemplateError> {
        if self.label.is_empty() || self.label.chars().count() > MAX_LABEL {
            return Err(TemplateError::Label);
        }
        if matches!((self.usable_from, self.expires_at), (Some(start), Some(end)) if end <= start) {
            return Err(TemplateError::Window);
        }
        CouponGrantTrigger::check(self.grant_on, self.grant_tier_id.is_some())?;
        if self.valid_days.is_some_and(|days| days > MAX_DAYS) {
            return Err(TemplateError::TooManyDays);
        }
        if !(0..=MAX_GRACE_DAYS).contains(&self.grace_days) {
            return Err(TemplateError::GraceDays);
        }
        for (field, count) in [
            (TemplateField::ValidDays, self.valid_days),
            (TemplateField::PerMember, Some(self.per_member)),
            (TemplateField::IssueLimit, self.issue_limit),
        ] {
            if count.is_some_and(|count| count <= 0) {
                return Err(TemplateError::NotPositive(field));
            }
        }
        Ok(())
    }

    /// Checks the terms that follow these. Once coupons were made, nothing may be taken from those who hold them: the
    /// promotion stays, and they become usable no later. Coupons keep the end and the limit per buyer they were made with.
    /// What was not counted cannot be limited afterwards.
    ///
    /// # Errors
    ///
    /// [`TemplateError`].
    pub fn check_change(&self, next: &Self, made: Made) -> Result<(), TemplateError> {
        next.check()?;
        if made.any {
            if next.promotion_id != self.promotion_id {
                return Err(TemplateError::CouponsExist(TemplateField::Promotion));
            }
            // No start is the earliest.
            if next.usable_from > self.usable_from {
                return Err(TemplateError::CouponsExist(TemplateField::UsableFrom));
            }
            if self.issue_limit.is_none() && next.issue_limit.is_some() {
                return Err(TemplateError::CouponsExist(TemplateField::IssueLimit));
            }
        }
        if next.issue_limit.is_some_and(|limit| limit < made.issued) {
            return Err(TemplateError::BelowIssued {
                issued: made.issued,
            });
        }
        Ok(())
    }

    /// Whether other members, or on other days, are given coupons than by these terms.
    #[must_use]
    pub fn is_given_otherwise(&self, next: &Self) -> bool {
        (self.grant_on, self.grant_tier_id) != (next.grant_on, next.grant_tier_id)
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};
    use uuid::Uuid;

    use super::{
        CouponGrantTrigger, GrantError, Made, TemplateError, TemplateField, TemplateTerms,
    };

    fn terms() -> TemplateTerms {
        TemplateTerms {
            label: "Ten off".to_owned(),
            promotion_id: Uuid::from_u128(1),
            is_claimable: false,
            usable_from: Some(DateTime::UNIX_EPOCH + TimeDelta::days(1)),
            expires_at: None,
            valid_days: None,
            grant_on: None,
            grant_tier_id: None,
            per_member: 1,
            issue_limit: Some(10),
            is_restorable: true,
            grace_days: 7,
        }
    }

    #[test]
    fn terms_that_make_no_sense_are_refused_by_field() {
        let start = terms().usable_from;
        for (terms, error, field) in [
            (
                TemplateTerms {
                    label: String::new(),
                    ..terms()
                },
                TemplateError::Label,
                TemplateField::Label,
            ),
            (
                TemplateTerms {
                    label: "字".repeat(201),
                    ..terms()
                },
                TemplateError::Label,
                TemplateField::Label,
            ),
            (
                TemplateTerms {
                    expires_at: start,
                    ..terms()
                },
                TemplateError::Window,
                TemplateField::ExpiresAt,
            ),
            (
                TemplateTerms {
                    valid_days: Some(3_651),
                    ..terms()
                },
                TemplateError::TooManyDays,
                TemplateField::ValidDays,
            ),
            (
                TemplateTerms {
                    valid_days: Some(0),
                    ..terms()
                },
                TemplateError::NotPositive(TemplateField::ValidDays),
                TemplateField::ValidDays,
            ),
            (
                TemplateTerms {
                    grace_days: -1,
                    ..terms()
                },
                TemplateError::GraceDays,
                TemplateField::GraceDays,
            ),
            (
                TemplateTerms {
                    grace_days: 366,
                    ..terms()
                },
                TemplateError::GraceDays,
                TemplateField::GraceDays,
            ),
            (
                TemplateTerms {
                    per_member: 0,
                    ..terms()
                },
                TemplateError::NotPositive(TemplateField::PerMember),
                TemplateField::PerMember,
            ),
            (
                TemplateTerms {
                    issue_limit: Some(-1),
                    ..terms()
                },
                TemplateError::NotPositive(TemplateField::IssueLimit),
                TemplateField::IssueLimit,
            ),
            (
                TemplateTerms {
                    grant_on: Some(CouponGrantTrigger::EachMonth),
                    ..terms()
                },
                TemplateError::Grant(GrantError::TierNeeded),
                TemplateField::GrantTier,
            ),
        ] {
            assert_eq!((terms.check(), error.field()), (Err(error), field));
        }
        assert_eq!(terms().check(), Ok(()));
        assert_eq!(
            TemplateTerms {
                label: "字".repeat(200),
                ..terms()
            }
            .check(),
            Ok(())
        );
    }

    #[test]
    fn holders_of_coupons_lose_nothing_by_a_change() {
        let none = Made {
            any: false,
            issued: 0,
        };
        let some = Made {
            any: true,
            issued: 4,
        };
        let unlimited = TemplateTerms {
            issue_limit: None,
            ..terms()
        };
        let other = TemplateTerms {
            promotion_id: Uuid::from_u128(2),
            ..terms()
        };
        let later = TemplateTerms {
            usable_from: Some(DateTime::UNIX_EPOCH + TimeDelta::days(2)),
            ..terms()
        };
        let at_once = TemplateTerms {
            usable_from: None,
            ..terms()
        };
        let fewer = TemplateTerms {
            issue_limit: Some(3),
            ..terms()
        };
        let just = TemplateTerms {
            issue_limit: Some(4),
            ..terms()
        };
        let exist = |field| Err(TemplateError::CouponsExist(field));
        for (from, to, made, expected) in [
            (terms(), &other, none, Ok(())),
            (terms(), &other, some, exist(TemplateField::Promotion)),
            (terms(), &later, none, Ok(())),
            (terms(), &later, some, exist(TemplateField::UsableFrom)),
            (
                at_once.clone(),
                &terms(),
                some,
                exist(TemplateField::UsableFrom),
            ),
            (terms(), &at_once, some, Ok(())),
            (terms(), &just, some, Ok(())),
            (
                terms(),
                &fewer,
                some,
                Err(TemplateError::BelowIssued { issued: 4 }),
            ),
            (terms(), &unlimited, some, Ok(())),
            (
                unlimited.clone(),
                &terms(),
                some,
                exist(TemplateField::IssueLimit),
            ),
            (unlimited.clone(), &terms(), none, Ok(())),
        ] {
            assert_eq!(from.check_change(to, made), expected, "{to:?}");
        }
        let bad = TemplateTerms {
            per_member: 0,
            ..terms()
        };
        assert_eq!(
            terms().check_change(&bad, none),
            Err(TemplateError::NotPositive(TemplateField::PerMember))
        );
    }

    #[test]
    fn another_trigger_or_tier_is_another_way_to_give() {
        let birthday = TemplateTerms {
            grant_on: Some(CouponGrantTrigger::Birthday),
            ..terms()
        };
        assert!(terms().is_given_otherwise(&birthday));
        assert!(!birthday.is_given_otherwise(&TemplateTerms {
            per_member: 2,
            ..birthday.clone()
        }));
    }
}
