//! What is wrong with a line.

use uuid::Uuid;

use super::CartProblem;
use crate::catalog::QuantityLimits;
use crate::money::Money;

/// What the problems of a line depend on.
#[derive(Clone, Copy, Debug)]
pub struct LineFacts {
    /// Row of the line.
    pub key: Uuid,
    /// Units wanted.
    pub quantity: u32,
    /// Whether the variant is for sale: published, not archived, with a price.
    pub is_for_sale: bool,
    /// Limits of the variant.
    pub limits: QuantityLimits,
    /// Units this member may still buy; `None` without limit or for guests.
    pub member_quota: Option<u32>,
    /// Units that can be promised.
    pub available: u32,
    /// Price of a unit the buyer saw.
    pub seen_price: Money,
    /// Price of a unit now, when there is one.
    pub current_price: Option<Money>,
}

/// Lists the problems of a line: at most one that blocks, and a changed price.
#[must_use]
pub fn line_problems(facts: &LineFacts) -> Vec<CartProblem> {
    let line = facts.key;
    let Some(current) = facts.current_price.filter(|_| facts.is_for_sale) else {
        return vec![CartProblem::Unavailable { line }];
    };
    let mut problems = Vec::new();
    if current != facts.seen_price {
        problems.push(CartProblem::PriceChanged {
            line,
            previous: facts.seen_price,
            current,
        });
    }
    let quota = facts.member_quota.unwrap_or(u32::MAX);
    if !facts.limits.allows(facts.quantity) || facts.quantity > quota {
        let allowed = facts
            .limits
            .at_most(facts.quantity.max(facts.limits.min()).min(quota))
            .unwrap_or(0);
        problems.push(CartProblem::QuantityLimit { line, allowed });
    } else if facts.quantity > facts.available {
        problems.push(CartProblem::InsufficientStock {
            line,
            available: facts.available,
        });
    }
    problems
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{LineFacts, line_problems};
    use crate::cart::CartProblem;
    use crate::catalog::QuantityLimits;
    use crate::money::{Currency, Money};

    const LINE: Uuid = Uuid::nil();

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn line(quantity: u32) -> LineFacts {
        LineFacts {
            key: LINE,
            quantity,
            is_for_sale: true,
            limits: QuantityLimits::try_new(2, 10, 2).unwrap(),
            member_quota: None,
            available: 6,
            seen_price: eur(500),
            current_price: Some(eur(500)),
        }
    }

    #[test]
    fn a_line_tells_what_is_wrong_with_it() {
        let line_id = LINE;
        for (facts, expected) in [
            (line(4), vec![]),
            (
                line(8),
                vec![CartProblem::InsufficientStock {
                    line: line_id,
                    available: 6,
                }],
            ),
            (
                line(3),
                vec![CartProblem::QuantityLimit {
                    line: line_id,
                    allowed: 2,
                }],
            ),
            (
                line(1),
                vec![CartProblem::QuantityLimit {
                    line: line_id,
                    allowed: 2,
                }],
            ),
            (
                line(99),
                vec![CartProblem::QuantityLimit {
                    line: line_id,
                    allowed: 10,
                }],
            ),
            (
                LineFacts {
                    member_quota: Some(3),
                    ..line(4)
                },
                vec![CartProblem::QuantityLimit {
                    line: line_id,
                    allowed: 2,
                }],
            ),
            (
                LineFacts {
                    member_quota: Some(1),
                    ..line(2)
                },
                vec![CartProblem::QuantityLimit {
                    line: line_id,
                    allowed: 0,
                }],
            ),
            (
                LineFacts {
                    current_price: Some(eur(600)),
                    ..line(4)
                },
                vec![CartProblem::PriceChanged {
                    line: line_id,
                    previous: eur(500),
                    current: eur(600),
                }],
            ),
            (
                LineFacts {
                    current_price: None,
                    ..line(4)
                },
                vec![CartProblem::Unavailable { line: line_id }],
            ),
            (
                LineFacts {
                    is_for_sale: false,
                    ..line(99)
                },
                vec![CartProblem::Unavailable { line: line_id }],
            ),
        ] {
            assert_eq!(line_problems(&facts), expected, "{facts:?}");
        }
    }
}
