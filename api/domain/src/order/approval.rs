//! Orders that somebody has to approve before they go on: the larger they are, the more people.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::{Money, MoneyError};
use crate::percent::Percent;

/// Most levels a channel has.
pub const MAX_LEVELS: usize = 5;

/// One level of approval: orders that reach either bound need one more person's yes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApprovalLevel {
    /// Totals from here on, in minor units of the channel's currency.
    pub min_total_minor: Option<i64>,
    /// Discounts from here on, as a part of the goods' price.
    pub min_discount: Option<Percent>,
}

impl ApprovalLevel {
    /// Whether an order of this size needs this level.
    #[must_use]
    pub fn applies(&self, total: Money, subtotal: Money, discount: Money) -> bool {
        let is_large = self
            .min_total_minor
            .is_some_and(|minor| total.minor >= minor);
        let is_cheap = self.min_discount.is_some_and(|percent| {
            let saved = -i128::from(discount.minor) * 1_000_000;
            saved > 0 && saved >= i128::from(percent.ppm()) * i128::from(subtotal.minor)
        });
        is_large || is_cheap
    }
}

/// How many people have to approve an order, one after the other.
#[must_use]
pub fn levels_needed(
    levels: &[ApprovalLevel],
    total: Money,
    subtotal: Money,
    discount: Money,
) -> usize {
    levels
        .iter()
        .filter(|level| level.applies(total, subtotal, discount))
        .count()
}

/// How many people have to approve a refund: one for each amount it reaches together with what was given back before
/// without anybody's approval. Nothing of worth needs nobody.
///
/// # Errors
/// [`MoneyError`] for another currency.
pub fn refund_levels_needed(
    levels: &[i64],
    amount: Money,
    before: Money,
) -> Result<usize, MoneyError> {
    if !amount.is_positive() {
        return Ok(0);
    }
    let reached = amount.plus(before)?.minor;
    Ok(levels.iter().filter(|level| reached >= **level).count())
}

/// Who is behind an order or a refund, and who approved it so far.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ApprovalSoFar {
    /// The staff member who placed it or asked for it, or made the key that did; none for buyers.
    pub author: Option<Uuid>,
    /// Those who approved it.
    pub approvers: Vec<Uuid>,
}

impl ApprovalSoFar {
    /// Whether somebody may give the next answer: a person, neither the author nor one who answered before.
    #[must_use]
    pub fn may_be_answered_by(&self, person: Option<Uuid>) -> bool {
        person
            .is_some_and(|person| self.author != Some(person) && !self.approvers.contains(&person))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn level(min_total_minor: Option<i64>, percent: Option<&str>) -> ApprovalLevel {
        ApprovalLevel {
            min_total_minor,
            min_discount: percent.map(|text| Percent::parse(text).unwrap()),
        }
    }

    #[test]
    fn large_orders_and_large_discounts_need_more_people() {
        let levels = [
            level(Some(10_000), Some("30")),
            level(Some(50_000), None),
            level(None, Some("50")),
        ];
        let cases = [
            ((9_999, 9_999, 0), 0),
            ((10_000, 10_000, 0), 1),
            ((50_000, 50_000, 0), 2),
            ((700, 1_000, -300), 1),
            ((701, 1_000, -299), 0),
            ((500, 1_000, -500), 2),
            ((50_000, 100_000, -50_000), 3),
            ((0, 0, 0), 0),
            ((i64::MAX, i64::MAX, i64::MIN), 3),
        ];
        for ((total, subtotal, discount), expected) in cases {
            assert_eq!(
                levels_needed(&levels, eur(total), eur(subtotal), eur(discount)),
                expected,
                "{total} {subtotal} {discount}"
            );
        }
    }

    #[test]
    fn refunds_are_added_up_before_they_are_measured() {
        let levels = [10_000, 50_000];
        for (amount, before, expected) in [
            (9_999, 0, 0),
            (10_000, 0, 1),
            (1, 9_999, 1),
            (40_000, 10_000, 2),
            (0, 90_000, 0),
        ] {
            let needed = refund_levels_needed(&levels, eur(amount), eur(before)).unwrap();
            assert_eq!(needed, expected, "{amount} {before}");
        }
        assert!(refund_levels_needed(&levels, eur(i64::MAX), eur(1)).is_err());
    }

    #[test]
    fn each_answer_is_another_persons_and_none_the_authors() {
        let [author, first, second] = [1, 2, 3].map(Uuid::from_u128);
        let so_far = ApprovalSoFar {
            author: Some(author),
            approvers: vec![first],
        };
        assert!(so_far.may_be_answered_by(Some(second)));
        for person in [None, Some(author), Some(first)] {
            assert!(!so_far.may_be_answered_by(person), "{person:?}");
        }
        assert!(ApprovalSoFar::default().may_be_answered_by(Some(author)));
    }
}
