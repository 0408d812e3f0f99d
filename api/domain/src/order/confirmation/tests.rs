use chrono::TimeDelta;

use super::ConfirmationEvent as E;
use super::OrderConfirmationOutcome as O;
use super::OrderConfirmationStatus as S;
use super::*;
use crate::text_enum::TextEnum;

const NOW: DateTime<Utc> = DateTime::UNIX_EPOCH;

fn id(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

fn asked(number: u128, quantity: u32) -> AskedLine {
    AskedLine {
        id: id(number),
        quantity,
        is_whole: true,
    }
}

fn offer(number: u128, quantity: u32) -> LineAnswer {
    LineAnswer {
        id: id(number),
        quantity,
        promised_ship_at: None,
        substitute: None,
    }
}

fn later(number: u128, quantity: u32, days: i64) -> LineAnswer {
    LineAnswer {
        promised_ship_at: Some(NOW + TimeDelta::days(days)),
        ..offer(number, quantity)
    }
}

fn instead(number: u128, quantity: u32) -> LineAnswer {
    LineAnswer {
        substitute: Some(id(99)),
        ..offer(number, quantity)
    }
}

#[test]
fn every_pair_of_status_and_event_is_as_written() {
    // Columns: confirmed, partial, rejected, timed out.
    let answers = [Some(S::Confirmed), Some(S::Partial), Some(S::Rejected)];
    let [confirmed, partial, rejected] = answers;
    let waiting = [confirmed, partial, rejected, Some(S::TimedOut)];
    let table = [
        (S::Pending, waiting),
        (S::Sent, waiting),
        (S::Confirmed, [None; 4]),
        (S::Partial, [None; 4]),
        (S::Rejected, [None; 4]),
        (S::TimedOut, [confirmed, partial, rejected, None]),
    ];
    assert_eq!(table.len(), S::ALL.len());
    for (from, expectations) in table {
        for (event, expected) in E::ALL.iter().zip(expectations) {
            assert_eq!(from.apply(*event), expected, "{from} {event}");
        }
        let can_be_answered = from.apply(E::Confirmed).is_some();
        assert_eq!(from.is_unanswered(), can_be_answered, "{from}");
    }
}

#[test]
fn silence_confirms_waits_or_rejects() {
    use ConfirmationPolicy as P;
    use ConfirmationTimeout as T;
    let table = [
        (P::None, T::Escalate, Silence::Confirms),
        (P::None, T::Reject, Silence::Confirms),
        (P::Advisory, T::Escalate, Silence::Confirms),
        (P::Advisory, T::Reject, Silence::Confirms),
        (P::Required, T::Escalate, Silence::Waits),
        (P::Required, T::Reject, Silence::Rejects),
    ];
    assert_eq!(table.len(), P::ALL.len() * T::ALL.len());
    for (policy, timeout, expected) in table {
        assert_eq!(policy.silence(timeout), expected, "{policy} {timeout}");
    }
}

#[test]
fn one_refusal_rejects_and_the_buyer_is_asked_only_when_everybody_has_answered() {
    let cases: [(&[S], Silence, Gate); 11] = [
        (&[], Silence::Waits, Gate::Confirmed),
        (
            &[S::Confirmed, S::Confirmed],
            Silence::Waits,
            Gate::Confirmed,
        ),
        (&[S::Confirmed, S::Pending], Silence::Waits, Gate::Open),
        (&[S::Partial, S::Sent], Silence::Waits, Gate::Open),
        (&[S::Partial, S::Confirmed], Silence::Waits, Gate::Proposed),
        (&[S::Partial, S::Rejected], Silence::Waits, Gate::Rejected),
        (&[S::Pending, S::Rejected], Silence::Waits, Gate::Rejected),
        (&[S::TimedOut, S::Confirmed], Silence::Waits, Gate::Open),
        (
            &[S::TimedOut, S::Confirmed],
            Silence::Confirms,
            Gate::Confirmed,
        ),
        (
            &[S::TimedOut, S::Partial],
            Silence::Confirms,
            Gate::Proposed,
        ),
        (&[S::TimedOut, S::Pending], Silence::Rejects, Gate::Rejected),
    ];
    for (answers, silence, expected) in cases {
        assert_eq!(
            Gate::of(answers, silence),
            expected,
            "{answers:?} {silence:?}"
        );
    }
}

#[test]
fn an_answer_speaks_of_every_line_in_the_order_asked() {
    let of = [asked(1, 3), asked(2, 1)];
    let check = |outcome, lines: &[LineAnswer]| check_answer(outcome, &of, lines, NOW);
    assert_eq!(check(O::Confirmed, &[]), Ok(vec![offer(1, 3), offer(2, 1)]));
    assert_eq!(check(O::Rejected, &[]), Ok(vec![offer(1, 0), offer(2, 0)]));
    assert_eq!(
        check(O::Confirmed, &[offer(2, 1), later(1, 3, 5)]),
        Ok(vec![later(1, 3, 5), offer(2, 1)])
    );
    for lines in [
        [offer(1, 2), offer(2, 1)],
        [offer(1, 3), later(2, 1, 0)],
        [offer(1, 0), instead(2, 1)],
        [offer(1, 0), offer(2, 0)],
    ] {
        assert_eq!(check(O::Partial, &lines), Ok(lines.to_vec()));
    }
}

#[test]
fn answers_that_make_no_sense_are_told_where() {
    let split = AskedLine {
        is_whole: false,
        ..asked(2, 1)
    };
    let of = [asked(1, 3), split];
    let cases: [(O, &[LineAnswer], AnswerError); 10] = [
        (O::Rejected, &[offer(1, 0)], AnswerError::LinesOfRejection),
        (O::Partial, &[], AnswerError::Incomplete),
        (O::Partial, &[offer(1, 2)], AnswerError::Incomplete),
        (
            O::Partial,
            &[offer(1, 2), offer(7, 1)],
            AnswerError::UnknownLine { index: 1 },
        ),
        (
            O::Partial,
            &[offer(1, 4), offer(2, 1)],
            AnswerError::TooMany { index: 0, asked: 3 },
        ),
        (
            O::Partial,
            &[offer(1, 3), instead(2, 1)],
            AnswerError::SplitSubstitute { index: 1 },
        ),
        (
            O::Partial,
            &[instead(1, 0), offer(2, 1)],
            AnswerError::EmptySubstitute { index: 0 },
        ),
        (
            O::Partial,
            &[later(1, 3, -1), offer(2, 1)],
            AnswerError::Past { index: 0 },
        ),
        (
            O::Partial,
            &[offer(1, 3), offer(2, 1)],
            AnswerError::NothingDiffers,
        ),
        (
            O::Confirmed,
            &[offer(1, 2), offer(2, 1)],
            AnswerError::NotAll { index: 0 },
        ),
    ];
    for (outcome, lines, expected) in cases {
        assert_eq!(
            check_answer(outcome, &of, lines, NOW),
            Err(expected),
            "{outcome} {lines:?}"
        );
    }
}

#[test]
fn a_proposal_adds_up_what_the_warehouses_offer() {
    let lines = propose(&[
        (asked(2, 4), later(2, 1, 9)),
        (asked(1, 1), instead(1, 1)),
        (asked(2, 2), later(2, 2, 3)),
    ]);
    assert_eq!(
        lines,
        [
            ProposedLine {
                offer: instead(1, 1),
                asked: 1
            },
            ProposedLine {
                offer: later(2, 3, 9),
                asked: 6
            },
        ]
    );
    assert_eq!(
        lines.iter().map(ProposedLine::missing).collect::<Vec<_>>(),
        [0, 3]
    );
}
