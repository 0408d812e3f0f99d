//! What a provider says it settled, compared with what the books say happened: line by line, each thing in the books once.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::money::Money;
use crate::order::PaymentEventKind;
use crate::text_enum;
use crate::text_enum::TextEnum;

text_enum! {
    /// What a line of a settlement is about.
    pub enum LineKind {
        /// Money of a buyer.
        Charge = "CHARGE",
        /// Money given back.
        Refund = "REFUND",
        /// Money a bank took back.
        Chargeback = "CHARGEBACK",
    }
}

text_enum! {
    /// What the books say to a line.
    pub enum LineOutcome {
        /// The same.
        Matched = "MATCHED",
        /// Something else.
        Different = "DIFFERENT",
        /// They do not know the payment.
        Missing = "MISSING",
        /// They know of it, and the list does not.
        Unsettled = "UNSETTLED",
    }
}

text_enum! {
    /// Where money stands that fitted nothing.
    pub enum UnmatchedStatus {
        /// Nobody has found its place.
        Open = "OPEN",
        /// It was counted towards an order.
        Matched = "MATCHED",
        /// It belongs to no order, and somebody said why.
        Closed = "CLOSED",
    }
}

impl LineKind {
    /// The kind of line that is about an event in the books; `None` for what no list tells of.
    #[must_use]
    pub fn of_event(event: PaymentEventKind) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| kind.event() == event)
    }

    /// The event in the books that such a line is about.
    #[must_use]
    pub fn event(self) -> PaymentEventKind {
        match self {
            Self::Charge => PaymentEventKind::Captured,
            Self::Refund => PaymentEventKind::Refunded,
            Self::Chargeback => PaymentEventKind::ChargedBack,
        }
    }
}

/// A line as the provider tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// The payment's key at the provider.
    pub reference: String,
    /// What happened.
    pub kind: LineKind,
    /// With how much money.
    pub amount: Money,
}

/// An event of a payment in the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Booked {
    /// The payment.
    pub payment_id: Uuid,
    /// Its key at the provider.
    pub reference: String,
    /// What happened.
    pub kind: PaymentEventKind,
    /// With how much money.
    pub amount: Money,
    /// When, by the provider's clock.
    pub occurred_at: DateTime<Utc>,
}

/// What the books say to one line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Finding {
    /// In a word.
    pub outcome: LineOutcome,
    /// The payment, if they know it.
    pub payment_id: Option<Uuid>,
    /// What they have instead.
    pub booked: Option<Money>,
}

/// What comes of comparing a list with the books.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reconciled {
    /// What the books say to each line, in the list's order.
    pub findings: Vec<Finding>,
    /// What no line is about, the oldest first: none of what no list tells of.
    pub left: Vec<Booked>,
}

/// Compares lines with the books; `payments` are those known by their reference, whether anything happened to them or not.
/// Lines that fit exactly are found first, so that one of another amount does not take what another line is about.
#[must_use]
pub fn reconcile(
    lines: &[Told],
    payments: &BTreeMap<String, Uuid>,
    booked: Vec<Booked>,
) -> Reconciled {
    let mut left: HashMap<(String, PaymentEventKind), Vec<Booked>> = HashMap::new();
    for event in booked {
        let key = (event.reference.clone(), event.kind);
        left.entry(key).or_default().push(event);
    }
    let key = |line: &Told| (line.reference.clone(), line.kind.event());
    let exact: Vec<bool> = lines
        .iter()
        .map(|line| take(left.get_mut(&key(line)), |amount| amount == line.amount).is_some())
        .collect();
    let findings = lines
        .iter()
        .zip(exact)
        .map(|(line, is_exact)| {
            let payment_id = payments.get(&line.reference).copied();
            let outcome = match payment_id {
                None => LineOutcome::Missing,
                Some(_) if is_exact => LineOutcome::Matched,
                Some(_) => LineOutcome::Different,
            };
            let booked = match outcome {
                LineOutcome::Matched | LineOutcome::Missing | LineOutcome::Unsettled => None,
                LineOutcome::Different => take(left.get_mut(&key(line)), |_| true),
            };
            Finding {
                outcome,
                payment_id,
                booked,
            }
        })
        .collect();
    let mut left: Vec<Booked> = left
        .into_values()
        .flatten()
        .filter(|event| LineKind::of_event(event.kind).is_some() && event.amount.is_positive())
        .collect();
    left.sort_by(|a, b| (a.occurred_at, &a.reference).cmp(&(b.occurred_at, &b.reference)));
    Reconciled { findings, left }
}

fn take(events: Option<&mut Vec<Booked>>, fits: impl Fn(Money) -> bool) -> Option<Money> {
    let events = events?;
    let at = events.iter().position(|event| fits(event.amount))?;
    Some(events.remove(at).amount)
}

#[cfg(test)]
mod tests {
    use super::LineOutcome as O;
    use super::*;
    use crate::money::Currency;

    fn money(minor: i64, code: &str) -> Money {
        Money::new(minor, Currency::parse(code).unwrap())
    }

    fn line(reference: &str, kind: LineKind, minor: i64) -> Told {
        Told {
            reference: reference.to_owned(),
            kind,
            amount: money(minor, "EUR"),
        }
    }

    fn booked(reference: &str, kind: PaymentEventKind, minor: i64) -> Booked {
        Booked {
            payment_id: Uuid::from_u128(1),
            reference: reference.to_owned(),
            kind,
            amount: money(minor, "EUR"),
            occurred_at: DateTime::UNIX_EPOCH + chrono::TimeDelta::seconds(minor),
        }
    }

    fn outcomes(lines: &[Told], events: Vec<Booked>) -> Vec<(LineOutcome, Option<i64>)> {
        let payments = BTreeMap::from([("a".to_owned(), Uuid::from_u128(1))]);
        reconcile(lines, &payments, events)
            .findings
            .into_iter()
            .map(|finding| (finding.outcome, finding.booked.map(|money| money.minor)))
            .collect()
    }

    #[test]
    fn each_thing_in_the_books_answers_one_line() {
        use LineKind::{Charge, Chargeback, Refund};
        use PaymentEventKind::{Captured, Refunded};
        let events = || {
            vec![
                booked("a", Captured, 500),
                booked("a", Refunded, 100),
                booked("a", Refunded, 100),
            ]
        };
        for (lines, expected) in [
            (vec![line("a", Charge, 500)], vec![(O::Matched, None)]),
            (
                vec![line("a", Charge, 499)],
                vec![(O::Different, Some(500))],
            ),
            (vec![line("b", Charge, 500)], vec![(O::Missing, None)]),
            (
                vec![line("a", Charge, 500), line("a", Charge, 500)],
                vec![(O::Matched, None), (O::Different, None)],
            ),
            (
                vec![line("a", Charge, 400), line("a", Charge, 500)],
                vec![(O::Different, None), (O::Matched, None)],
            ),
            (
                vec![
                    line("a", Refund, 100),
                    line("a", Refund, 90),
                    line("a", Refund, 100),
                ],
                vec![(O::Matched, None), (O::Different, None), (O::Matched, None)],
            ),
            (vec![line("a", Chargeback, 500)], vec![(O::Different, None)]),
        ] {
            assert_eq!(outcomes(&lines, events()), expected, "{lines:?}");
        }
    }

    #[test]
    fn what_no_line_is_about_is_left_once_each() {
        use LineKind::{Charge, Refund};
        use PaymentEventKind::{Authorized, Captured, RefundRequested, Refunded};
        let events = vec![
            booked("b", Captured, 700),
            booked("a", Authorized, 500),
            booked("a", Captured, 500),
            booked("a", RefundRequested, 100),
            booked("a", Refunded, 100),
            booked("a", Refunded, 100),
            booked("a", Refunded, 30),
            booked("c", Captured, 0),
        ];
        let lines = [
            line("a", Charge, 499),
            line("a", Refund, 100),
            line("x", Charge, 700),
        ];
        let payments = BTreeMap::from([("a".to_owned(), Uuid::from_u128(1))]);
        let left = reconcile(&lines, &payments, events).left;
        assert_eq!(
            left,
            [
                booked("a", Refunded, 30),
                booked("a", Refunded, 100),
                booked("b", Captured, 700)
            ]
        );
    }

    #[test]
    fn another_currency_is_another_amount() {
        let told = Told {
            amount: money(500, "USD"),
            ..line("a", LineKind::Charge, 0)
        };
        let found = outcomes(&[told], vec![booked("a", PaymentEventKind::Captured, 500)]);
        assert_eq!(found, [(O::Different, Some(500))]);
    }
}
