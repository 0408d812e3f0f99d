use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::ApprovalPolicy::{Needed, NotNeeded};
use super::LifecycleError::{self, ApprovalNeeded, Transition};
use super::PromotionStatus::{
    self, Active, Archived, Draft, Ended, Paused, PendingApproval, Scheduled,
};
use super::{PromotionChangeKind as Kind, authors};
use crate::text_enum::TextEnum;

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

#[test]
fn time_starts_and_ends_only_what_is_activated() {
    let past = Some(now());
    let future = Some(now() + TimeDelta::seconds(1));
    for (start, end, expected) in [
        (None, None, Active),
        (past, future, Active),
        (future, None, Scheduled),
        (past, past, Ended),
    ] {
        assert_eq!(Active.at(start, end, now()), expected);
        assert_eq!(Scheduled.at(start, end, now()), expected);
        for status in [Draft, PendingApproval, Paused, Ended, Archived] {
            assert_eq!(status.at(start, end, now()), status);
        }
    }
}

#[test]
fn every_step_from_every_status_is_decided() {
    type Step = fn(PromotionStatus) -> Result<PromotionStatus, LifecycleError>;
    type Row = [Option<PromotionStatus>; 7];
    let steps: [(&str, Step, Row); 8] = [
        // Draft, pending, scheduled, active, paused, ended, archived.
        (
            "activate",
            |from| from.activate(Active, NotNeeded),
            [
                Some(Active),
                None,
                Some(Active),
                Some(Active),
                Some(Active),
                None,
                None,
            ],
        ),
        (
            "request",
            PromotionStatus::request_approval,
            [
                Some(PendingApproval),
                Some(PendingApproval),
                None,
                None,
                None,
                None,
                None,
            ],
        ),
        (
            "approve",
            |from| from.approve(Scheduled),
            [None, Some(Scheduled), None, None, None, None, None],
        ),
        ("approve late", |from| from.approve(Ended), [None; 7]),
        (
            "decline",
            PromotionStatus::decline,
            [None, Some(Draft), None, None, None, None, None],
        ),
        (
            "change",
            |from| from.change(NotNeeded),
            [
                Some(Draft),
                Some(Draft),
                Some(Scheduled),
                Some(Active),
                Some(Paused),
                None,
                None,
            ],
        ),
        (
            "pause",
            PromotionStatus::pause,
            [
                None,
                None,
                Some(Paused),
                Some(Paused),
                Some(Paused),
                None,
                None,
            ],
        ),
        (
            "archive",
            PromotionStatus::archive,
            [
                Some(Archived),
                None,
                None,
                None,
                Some(Archived),
                Some(Archived),
                Some(Archived),
            ],
        ),
    ];
    for (name, step, row) in steps {
        for (from, expected) in PromotionStatus::ALL.iter().copied().zip(row) {
            let refused = match (name, from) {
                ("approve late", PendingApproval) => Ended,
                _ => from,
            };
            let expected = expected.ok_or(Transition { from: refused });
            assert_eq!(step(from), expected, "{name} from {from}");
        }
    }
}

#[test]
fn where_two_must_agree_nobody_starts_or_changes_alone() {
    assert_eq!(Draft.activate(Active, Needed), Err(ApprovalNeeded));
    assert_eq!(Paused.activate(Scheduled, Needed), Ok(Scheduled));
    assert_eq!(
        Draft.activate(Ended, NotNeeded),
        Err(Transition { from: Ended })
    );
    for (from, expected) in [
        (Draft, Ok(Draft)),
        (PendingApproval, Ok(Draft)),
        (Paused, Ok(Draft)),
        (Scheduled, Err(ApprovalNeeded)),
        (Active, Err(ApprovalNeeded)),
        (Ended, Err(Transition { from: Ended })),
        (Archived, Err(Transition { from: Archived })),
    ] {
        assert_eq!(from.change(Needed), expected, "{from}");
    }
}

#[test]
fn who_wrote_since_the_last_yes_is_an_author() {
    let [ada, bob, eve] = [1, 2, 3].map(Uuid::from_u128);
    let changes = [
        (Kind::Created, Some(ada)),
        (Kind::ApprovalRequested, Some(ada)),
        (Kind::Approved, Some(bob)),
        (Kind::Paused, Some(eve)),
        (Kind::Updated, Some(bob)),
        (Kind::ApprovalRequested, Some(eve)),
        (Kind::Updated, None),
    ];
    assert_eq!(authors(&changes[..2]), BTreeSet::from([ada]));
    assert_eq!(authors(&changes[..3]), BTreeSet::new());
    assert_eq!(authors(&changes), BTreeSet::from([bob, eve]));
}
