//! What a cart as a whole still needs before it can be ordered.

use super::{CartProblem, MissingPart};
use crate::promotion::{Evaluation, Outcome};

/// What the problems of a whole cart depend on, apart from its lines.
#[derive(Clone, Copy, Debug)]
pub struct CheckoutFacts {
    /// Whether there is an e-mail address.
    pub has_email: bool,
    /// Whether anything has to be shipped.
    pub needs_shipping: bool,
    /// Where it goes.
    pub destination: ShippingDestination,
    /// The way to ship that was chosen.
    pub method: ChosenMethod,
    /// Points the buyer wishes to spend.
    pub points_wished: u32,
    /// Points that may be spent.
    pub points_spendable: u32,
}

/// What is known of the address to ship to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShippingDestination {
    /// There is none yet.
    Missing,
    /// No way to ship serves it.
    Unserved,
    /// Some way to ship serves it.
    Served,
}

/// A choice of a way to ship.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChosenMethod {
    /// None chosen yet.
    None,
    /// Goods are brought to the address.
    Delivery,
    /// The buyer collects; no address is needed.
    Pickup,
    /// Chosen, but gone or not for this address.
    Unavailable,
}

/// Lists the problems of a cart as a whole.
#[must_use]
pub fn checkout_problems(
    facts: &CheckoutFacts,
    line_count: usize,
    evaluations: &[Evaluation],
) -> Vec<CartProblem> {
    let mut problems: Vec<CartProblem> = evaluations
        .iter()
        .filter(|evaluation| matches!(evaluation.outcome, Outcome::Refused(_)))
        .filter_map(|evaluation| evaluation.coupon_code.clone())
        .map(|code| CartProblem::CouponNotApplicable { code })
        .collect();
    if facts.points_wished > facts.points_spendable {
        problems.push(CartProblem::InsufficientPoints {
            spendable: facts.points_spendable,
        });
    }
    if line_count == 0 {
        problems.push(CartProblem::Incomplete(MissingPart::Lines));
    }
    if !facts.has_email {
        problems.push(CartProblem::Incomplete(MissingPart::Email));
    }
    if facts.needs_shipping {
        problems.extend(shipping_problem(facts));
    }
    problems
}

fn shipping_problem(facts: &CheckoutFacts) -> Option<CartProblem> {
    if facts.method == ChosenMethod::Pickup {
        return None;
    }
    match (facts.destination, facts.method) {
        (ShippingDestination::Missing, _) => {
            Some(CartProblem::Incomplete(MissingPart::ShippingAddress))
        }
        (ShippingDestination::Unserved, _) => Some(CartProblem::NotShippable),
        (ShippingDestination::Served, ChosenMethod::None) => {
            Some(CartProblem::Incomplete(MissingPart::ShippingMethod))
        }
        (ShippingDestination::Served, ChosenMethod::Unavailable) => {
            Some(CartProblem::ShippingMethodUnavailable)
        }
        (ShippingDestination::Served, ChosenMethod::Delivery | ChosenMethod::Pickup) => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{CheckoutFacts, ChosenMethod, ShippingDestination, checkout_problems};
    use crate::cart::{CartProblem, MissingPart};
    use crate::coupon::CouponCode;
    use crate::money::{Currency, Money};
    use crate::promotion::{Evaluation, EvaluationReason, Outcome};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn a_cart_tells_what_an_order_still_needs() {
        let ready = CheckoutFacts {
            has_email: true,
            needs_shipping: true,
            destination: ShippingDestination::Served,
            method: ChosenMethod::Delivery,
            points_wished: 0,
            points_spendable: 0,
        };
        let nowhere = CheckoutFacts {
            destination: ShippingDestination::Missing,
            ..ready
        };
        for (facts, lines, expected) in [
            (ready, 1, vec![]),
            (ready, 0, vec![CartProblem::Incomplete(MissingPart::Lines)]),
            (
                CheckoutFacts {
                    has_email: false,
                    ..ready
                },
                1,
                vec![CartProblem::Incomplete(MissingPart::Email)],
            ),
            (
                nowhere,
                1,
                vec![CartProblem::Incomplete(MissingPart::ShippingAddress)],
            ),
            (
                CheckoutFacts {
                    method: ChosenMethod::Pickup,
                    ..nowhere
                },
                1,
                vec![],
            ),
            (
                CheckoutFacts {
                    needs_shipping: false,
                    ..nowhere
                },
                1,
                vec![],
            ),
            (
                CheckoutFacts {
                    destination: ShippingDestination::Unserved,
                    ..ready
                },
                1,
                vec![CartProblem::NotShippable],
            ),
            (
                CheckoutFacts {
                    method: ChosenMethod::None,
                    ..ready
                },
                1,
                vec![CartProblem::Incomplete(MissingPart::ShippingMethod)],
            ),
            (
                CheckoutFacts {
                    method: ChosenMethod::Unavailable,
                    ..ready
                },
                1,
                vec![CartProblem::ShippingMethodUnavailable],
            ),
            (
                CheckoutFacts {
                    points_wished: 9,
                    points_spendable: 5,
                    ..ready
                },
                1,
                vec![CartProblem::InsufficientPoints { spendable: 5 }],
            ),
        ] {
            assert_eq!(checkout_problems(&facts, lines, &[]), expected, "{facts:?}");
        }
    }

    #[test]
    fn a_coupon_without_effect_is_a_problem_that_does_not_block() {
        let code = CouponCode::parse("NOPE").unwrap();
        let evaluation = |coupon_code, outcome| Evaluation {
            promotion_id: None,
            promotion_version: None,
            coupon_code,
            label: String::new(),
            outcome,
            lines: BTreeSet::new(),
        };
        let refused = Outcome::Refused(EvaluationReason::CouponInvalid.into());
        let evaluations = [
            evaluation(Some(code.clone()), refused),
            evaluation(None, refused),
            evaluation(Some(code.clone()), Outcome::Applied(eur(1))),
        ];
        let facts = CheckoutFacts {
            has_email: true,
            needs_shipping: false,
            destination: ShippingDestination::Missing,
            method: ChosenMethod::None,
            points_wished: 0,
            points_spendable: 0,
        };
        let problems = checkout_problems(&facts, 1, &evaluations);
        assert_eq!(problems, [CartProblem::CouponNotApplicable { code }]);
        assert!(problems.iter().all(|problem| !problem.is_blocking()));
    }
}
