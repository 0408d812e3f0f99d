use proptest::prelude::*;

use super::PaymentEventKind as K;
use super::*;
use crate::text_enum::TextEnum;

/// Events and what they come to: authorized, captured, refunded, status.
type Case<'a> = (&'a [(K, i64)], i64, i64, i64, PaymentStatus);

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn fold(events: &[(K, i64)]) -> PaymentBalances {
    PaymentBalances::fold(
        eur(0).currency,
        events.iter().map(|(kind, minor)| (*kind, eur(*minor))),
    )
    .unwrap()
}

#[test]
fn events_add_up() {
    let cases: [Case<'_>; 8] = [
        (&[], 0, 0, 0, PaymentStatus::Created),
        (
            &[(K::ActionRequired, 500)],
            0,
            0,
            0,
            PaymentStatus::ActionRequired,
        ),
        (
            &[(K::ActionRequired, 500), (K::AuthorizeFailed, 500)],
            0,
            0,
            0,
            PaymentStatus::Failed,
        ),
        (
            &[(K::AuthorizeFailed, 500), (K::Captured, 500)],
            0,
            500,
            0,
            PaymentStatus::Succeeded,
        ),
        (&[(K::Authorized, 500)], 500, 0, 0, PaymentStatus::Succeeded),
        (
            &[(K::Authorized, 500), (K::Voided, 500)],
            0,
            0,
            0,
            PaymentStatus::Cancelled,
        ),
        (
            &[(K::Authorized, 500), (K::Captured, 500)],
            500,
            500,
            0,
            PaymentStatus::Succeeded,
        ),
        (
            &[
                (K::Captured, 500),
                (K::RefundRequested, 500),
                (K::Refunded, 500),
            ],
            0,
            500,
            500,
            PaymentStatus::Succeeded,
        ),
    ];
    for (events, authorized, captured, refunded, status) in cases {
        let balances = fold(events);
        assert_eq!(
            (
                balances.authorized,
                balances.captured,
                balances.refunded,
                balances.status
            ),
            (eur(authorized), eur(captured), eur(refunded), status),
            "{events:?}"
        );
    }
}

#[test]
fn money_on_its_way_back_is_no_longer_held() {
    let asked = fold(&[(K::Captured, 500), (K::RefundRequested, 200)]);
    assert_eq!(
        (asked.refund_pending, asked.held().unwrap()),
        (eur(200), eur(300))
    );
    let failed = fold(&[
        (K::Captured, 500),
        (K::RefundRequested, 200),
        (K::RefundFailed, 200),
    ]);
    assert_eq!(
        (failed.refund_pending, failed.held().unwrap()),
        (eur(0), eur(500))
    );
    let charged_back = fold(&[
        (K::Captured, 500),
        (K::RefundRequested, 200),
        (K::ChargedBack, 200),
    ]);
    assert_eq!(
        (charged_back.refund_pending, charged_back.held().unwrap()),
        (eur(200), eur(100))
    );
    assert_eq!(failed.surplus(eur(400)).unwrap(), eur(100));
    assert_eq!(failed.surplus(eur(600)).unwrap(), eur(0));
}

#[test]
fn money_that_comes_back_to_the_shop_is_held_again() {
    let returned = fold(&[
        (K::Captured, 500),
        (K::RefundRequested, 200),
        (K::Refunded, 200),
        (K::RefundReversed, 200),
        (K::ChargedBack, 300),
    ]);
    assert_eq!(
        (returned.refunded, returned.refund_pending),
        (eur(300), eur(0))
    );
    assert_eq!(returned.held().unwrap(), eur(200));
    let won = fold(&[
        (K::ChargebackReversed, 500),
        (K::Captured, 500),
        (K::ChargedBack, 500),
    ]);
    assert_eq!(
        (won.refunded, won.held().unwrap(), won.status),
        (eur(0), eur(500), PaymentStatus::Succeeded)
    );
}

#[test]
fn a_promise_taken_is_not_open() {
    assert_eq!(
        fold(&[(K::Authorized, 500)]).open_authorization().unwrap(),
        eur(500)
    );
    assert_eq!(
        fold(&[(K::Authorized, 500), (K::Captured, 500)])
            .open_authorization()
            .unwrap(),
        eur(0)
    );
}

#[test]
fn an_order_is_covered_by_what_was_taken_or_else_by_what_is_promised() {
    for (payable, captured, promised, expected) in [
        (500, 500, 0, Cover::Taken),
        (500, 600, 0, Cover::Taken),
        (0, 0, 0, Cover::Taken),
        (500, 0, 500, Cover::Promised),
        (500, 200, 300, Cover::Promised),
        (500, 0, 499, Cover::Lacking),
        (500, 499, 0, Cover::Partial),
        (500, 0, 0, Cover::Lacking),
    ] {
        let cover = Cover::of(eur(payable), eur(captured), eur(promised)).unwrap();
        assert_eq!(cover, expected, "{payable} {captured} {promised}");
    }
}

#[test]
fn a_provider_is_asked_while_something_is_open_and_ever_more_rarely() {
    let minutes = TimeDelta::minutes;
    let pause = |events: &[(K, i64)], age| {
        let balances = fold(events);
        balances.inquiry_pause(balances.status, age).unwrap()
    };
    let waiting = [(K::ActionRequired, 500)];
    for (age, expected) in [
        (minutes(0), Some(minutes(10))),
        (minutes(45), Some(minutes(45))),
        (TimeDelta::days(2), Some(TimeDelta::hours(6))),
        (TimeDelta::days(30), None),
    ] {
        assert_eq!(pause(&waiting, age), expected);
    }
    let cases: [(&[(K, i64)], bool); 5] = [
        (&[(K::Authorized, 500)], true),
        (&[(K::Authorized, 500), (K::Captured, 500)], false),
        (&[(K::Captured, 500), (K::RefundRequested, 500)], true),
        (
            &[
                (K::Captured, 500),
                (K::RefundRequested, 500),
                (K::Refunded, 500),
            ],
            false,
        ),
        (&[(K::AuthorizeFailed, 500)], false),
    ];
    for (events, is_open) in cases {
        assert_eq!(pause(events, minutes(0)).is_some(), is_open, "{events:?}");
    }
}

proptest! {
    #[test]
    fn the_order_of_delivery_changes_nothing(
        events in prop::collection::vec((0..K::ALL.len(), 1..1_000_i64), 0..12).prop_shuffle(),
    ) {
        let told: Vec<(K, i64)> = events.iter().map(|(kind, minor)| (K::ALL[*kind], *minor)).collect();
        let mut sorted = told.clone();
        sorted.sort();
        prop_assert_eq!(fold(&told), fold(&sorted));
        let balances = fold(&told);
        prop_assert!(balances.refunded.minor <= balances.captured.minor);
        prop_assert!(!balances.held().unwrap().is_negative());
    }
}
