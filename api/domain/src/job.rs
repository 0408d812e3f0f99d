//! Background work: what staff start and what goes on by itself, in steps that can be taken again.

use crate::text_enum;

/// Failed runs after which a job gives up.
pub const MAX_FAILURES: i32 = 10;

text_enum! {
    /// What jobs do.
    pub enum JobKind {
        /// Make codes of coupons.
        CouponCodesGenerate = "COUPON_CODES_GENERATE",
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

/// How many rows the next step of a job takes: none when all are done.
#[must_use]
pub fn next_step(total: i32, done: i32, step: i32) -> i32 {
    total.saturating_sub(done).clamp(0, step)
}

#[cfg(test)]
mod tests {
    use super::{JobStatus, MAX_FAILURES, next_step};

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
}
