//! Background work: what staff start and what goes on by itself, in steps that can be taken again.

use chrono::{DateTime, TimeDelta, Utc};

use crate::permission::Permission;
use crate::text_enum;

/// How long the file a job made can be fetched.
pub const FILE_KEPT: TimeDelta = TimeDelta::hours(24);
/// Failed runs after which a job gives up.
pub const MAX_FAILURES: i32 = 10;

text_enum! {
    /// What jobs do.
    pub enum JobKind {
        /// Make codes of coupons.
        CouponCodesGenerate = "COUPON_CODES_GENERATE",
        /// Write codes of coupons to a file.
        CouponCodesExport = "COUPON_CODES_EXPORT",
        /// Make gift cards and write their codes to a file.
        GiftCardsGenerate = "GIFT_CARDS_GENERATE",
        /// Withdraw the coupons of a template.
        CouponsRevoke = "COUPONS_REVOKE",
    }
}

impl JobKind {
    /// What it takes to open the file such a job makes; none for those that make no file.
    #[must_use]
    pub fn file_permission(self) -> Option<Permission> {
        match self {
            Self::CouponCodesExport => Some(Permission::CouponRead),
            // Whoever reads these codes can spend them.
            Self::GiftCardsGenerate => Some(Permission::CreditWrite),
            Self::CouponCodesGenerate | Self::CouponsRevoke => None,
        }
    }

    /// Whether the file such a job makes is kept unreadable for whoever sees only the database.
    #[must_use]
    pub fn is_sealed(self) -> bool {
        match self {
            Self::GiftCardsGenerate => true,
            Self::CouponCodesExport | Self::CouponCodesGenerate | Self::CouponsRevoke => false,
        }
    }

    /// Whether such a job begins anew when it is run again, since what it wrote before may be of another time. One that
    /// makes something goes on where it stopped.
    #[must_use]
    pub fn begins_anew(self) -> bool {
        match self {
            Self::CouponCodesExport => true,
            Self::CouponCodesGenerate | Self::CouponsRevoke | Self::GiftCardsGenerate => false,
        }
    }
}

text_enum! {
    /// Where a job stands.
    pub enum JobStatus {
        /// Waits.
        Pending = "PENDING",
        /// Runs.
        Running = "RUNNING",
        /// Failed, will try again.
        Retrying = "RETRYING",
        /// Done.
        Succeeded = "SUCCEEDED",
        /// Gave up.
        Failed = "FAILED",
    }
}

impl JobStatus {
    /// Whether nothing more will happen to it.
    #[must_use]
    pub fn is_final(self) -> bool {
        match self {
            Self::Succeeded | Self::Failed => true,
            Self::Pending | Self::Running | Self::Retrying => false,
        }
    }

    /// The status after a run that failed, for the so many-th time.
    #[must_use]
    pub fn after_failure(failures: i32) -> Self {
        if failures >= MAX_FAILURES {
            Self::Failed
        } else {
            Self::Retrying
        }
    }
}

/// A job that is no failed one is not to be run again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only a failed job is run again, not one that is {0}")]
pub struct NotFailed(pub JobStatus);

/// Decides that a job runs again.
///
/// # Errors
///
/// [`NotFailed`] unless it gave up.
pub fn retry(status: JobStatus) -> Result<JobStatus, NotFailed> {
    match status {
        JobStatus::Failed => Ok(JobStatus::Retrying),
        JobStatus::Pending | JobStatus::Running | JobStatus::Retrying | JobStatus::Succeeded => {
            Err(NotFailed(status))
        }
    }
}

/// Until when the file of a job can be fetched; none unless it succeeded.
#[must_use]
pub fn file_until(status: JobStatus, finished_at: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let finished_at = finished_at.filter(|_| status == JobStatus::Succeeded)?;
    Some(finished_at + FILE_KEPT)
}

/// How many rows the next step of a job takes: none when all are done.
#[must_use]
pub fn next_step(total: i32, done: i32, step: i32) -> i32 {
    total.saturating_sub(done).clamp(0, step)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::{JobStatus, MAX_FAILURES, NotFailed, file_until, next_step, retry};
    use crate::text_enum::TextEnum as _;

    #[test]
    fn steps_end_exactly_at_the_total() {
        let mut done = 0;
        let mut steps = Vec::new();
        while next_step(4_500, done, 2_000) > 0 {
            steps.push(next_step(4_500, done, 2_000));
            done += next_step(4_500, done, 2_000);
        }
        assert_eq!((steps, done), (vec![2_000, 2_000, 500], 4_500));
        assert_eq!(next_step(10, 11, 5), 0);
    }

    #[test]
    fn a_job_gives_up_in_the_end() {
        assert_eq!(JobStatus::after_failure(1), JobStatus::Retrying);
        assert_eq!(JobStatus::after_failure(MAX_FAILURES), JobStatus::Failed);
        assert!(JobStatus::Failed.is_final() && JobStatus::Succeeded.is_final());
        assert!(!JobStatus::Retrying.is_final());
    }

    #[test]
    fn only_a_failed_job_runs_again() {
        for status in JobStatus::ALL.iter().copied() {
            let expected = match status {
                JobStatus::Failed => Ok(JobStatus::Retrying),
                JobStatus::Pending
                | JobStatus::Running
                | JobStatus::Retrying
                | JobStatus::Succeeded => Err(NotFailed(status)),
            };
            assert_eq!(retry(status), expected);
        }
    }

    #[test]
    fn a_file_is_there_for_a_day_after_its_job_succeeded() {
        let end = DateTime::UNIX_EPOCH;
        assert_eq!(
            file_until(JobStatus::Succeeded, Some(end)),
            Some(end + TimeDelta::days(1))
        );
        assert_eq!(file_until(JobStatus::Failed, Some(end)), None);
        assert_eq!(file_until(JobStatus::Running, None), None);
    }
}
