//! Sending events to addresses of others: when it is tried again, what counts as taken, and when an address is given up.

use chrono::{DateTime, TimeDelta, Utc};

use crate::event::{EventKind, EventSubject};
use crate::job::JobStatus;

/// Addresses a channel may have.
pub const MAX_WEBHOOKS: u64 = 20;
/// How long a receiver may take to answer.
pub const ANSWER_WITHIN: TimeDelta = TimeDelta::seconds(15);
/// How long an address may fail without a success in between before it is switched off.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::days(5);
/// How long the old secret signs beside a new one.
pub const SECRET_OVERLAP: TimeDelta = TimeDelta::hours(24);

/// Pauses between the tries, as in the retry schedule of Svix, which Standard Webhooks recommends.
const PAUSES: [TimeDelta; 7] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(10),
];

/// What a receiver's answer means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has the event.
    Taken,
    /// It has not; a redirect counts as that, since nobody vouches for where it leads.
    Refused,
    /// It wants no more of them.
    Gone,
}

/// Reads the status of an answer.
#[must_use]
pub fn judge(status: u16) -> Verdict {
    match status {
        200..=299 => Verdict::Taken,
        410 => Verdict::Gone,
        _ => Verdict::Refused,
    }
}

/// How long to wait after so many tries that failed; none when it was the last. A sample is sent once.
#[must_use]
pub fn pause_after(attempts: i32, is_sample: bool) -> Option<TimeDelta> {
    let place = usize::try_from(attempts.checked_sub(1)?).ok()?;
    PAUSES.get(place).copied().filter(|_| !is_sample)
}

/// Whether an address that has failed since an instant is given up.
#[must_use]
pub fn is_given_up(failing_since: DateTime<Utc>, now: DateTime<Utc>) -> bool {
    now - failing_since >= GIVEN_UP_AFTER
}

/// A delivery that waits or runs is not sent again by hand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("only a delivery that ended is sent again, not one that is {0}")]
pub struct NotEnded(pub JobStatus);

/// Decides that a delivery is sent again, with as many tries as a new one.
///
/// # Errors
///
/// [`NotEnded`] while it is still being tried.
pub fn redeliver(status: JobStatus) -> Result<JobStatus, NotEnded> {
    if status.is_final() {
        Ok(JobStatus::Retrying)
    } else {
        Err(NotEnded(status))
    }
}

/// What an event of a kind is about.
#[must_use]
pub fn subject_of(kind: EventKind) -> EventSubject {
    match kind {
        EventKind::CartAbandoned => EventSubject::AbandonedCart,
        EventKind::MemberRegistered | EventKind::MemberTierChanged | EventKind::PointsChanged => {
            EventSubject::Member
        }
        EventKind::PromotionChanged => EventSubject::Promotion,
        EventKind::CouponIssued | EventKind::CouponRedeemed => EventSubject::Coupon,
        EventKind::OrderPlaced
        | EventKind::OrderApproved
        | EventKind::OrderConfirmationRequested
        | EventKind::OrderProposed
        | EventKind::OrderConfirmed
        | EventKind::OrderRejected
        | EventKind::OrderChanged
        | EventKind::OrderRescheduled
        | EventKind::OrderCancellationRequested
        | EventKind::OrderCancelled
        | EventKind::OrderExpired
        | EventKind::OrderCompleted
        | EventKind::PaymentAuthorized
        | EventKind::PaymentCaptured
        | EventKind::PaymentFailed
        | EventKind::PaymentOrphaned
        | EventKind::RefundSucceeded
        | EventKind::RefundFailed
        | EventKind::InvoiceIssued
        | EventKind::FulfillmentShipped
        | EventKind::FulfillmentDelivered
        | EventKind::FulfillmentCancelled
        | EventKind::FulfillmentChanged
        | EventKind::AfterSaleChanged => EventSubject::Order,
    }
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta};

    use super::{NotEnded, Verdict, is_given_up, judge, pause_after, redeliver};
    use crate::job::JobStatus;
    use crate::text_enum::TextEnum as _;

    #[test]
    fn a_delivery_is_tried_eight_times_within_28_hours() {
        let pauses: Vec<TimeDelta> = (1..).map_while(|tries| pause_after(tries, false)).collect();
        assert_eq!(
            pauses,
            [5, 300, 1_800, 7_200, 18_000, 36_000, 36_000].map(TimeDelta::seconds)
        );
        assert_eq!(pause_after(8, false), None);
        assert_eq!(pause_after(i32::MAX, false), None);
        assert_eq!(
            (pause_after(0, false), pause_after(i32::MIN, false)),
            (None, None)
        );
        assert_eq!(pause_after(1, true), None);
    }

    #[test]
    fn only_a_success_counts_as_taken() {
        for (status, expected) in [
            (199, Verdict::Refused),
            (200, Verdict::Taken),
            (204, Verdict::Taken),
            (299, Verdict::Taken),
            (301, Verdict::Refused),
            (307, Verdict::Refused),
            (404, Verdict::Refused),
            (410, Verdict::Gone),
            (500, Verdict::Refused),
        ] {
            assert_eq!(judge(status), expected, "{status}");
        }
    }

    #[test]
    fn an_address_is_given_up_after_five_days() {
        let start = DateTime::UNIX_EPOCH;
        let almost = start + TimeDelta::days(5) - TimeDelta::seconds(1);
        assert!(!is_given_up(start, almost));
        assert!(is_given_up(start, start + TimeDelta::days(5)));
    }

    #[test]
    fn only_what_ended_is_sent_again() {
        for status in JobStatus::ALL.iter().copied() {
            let expected = match status {
                JobStatus::Succeeded | JobStatus::Failed => Ok(JobStatus::Retrying),
                JobStatus::Pending | JobStatus::Running | JobStatus::Retrying => {
                    Err(NotEnded(status))
                }
            };
            assert_eq!(redeliver(status), expected);
        }
    }
}
