//! Carts: goods somebody means to buy, and what stands between them and an order.

use uuid::Uuid;

use crate::catalog::QuantityLimits;
use crate::coupon::CouponCode;
use crate::money::Money;
use crate::promotion::{Evaluation, EvaluationReason, Outcome};
use crate::text_enum;

/// Most lines of a cart.
pub const MAX_LINES: usize = 200;
/// Most coupons of a cart.
pub const MAX_COUPONS: usize = 10;

text_enum! {
    /// Life of a cart.
    pub enum CartStatus {
        /// Can be changed.
        Active = "ACTIVE",
        /// Moved into another cart.
        Merged = "MERGED",
        /// Locked while an order is placed.
        Frozen = "FROZEN",
        /// Became an order.
        Ordered = "ORDERED",
    }
}

text_enum! {
    /// Kinds of cart problems.
    pub enum CartProblemCode {
        /// The price is not what it was.
        PriceChanged = "PRICE_CHANGED",
        /// Fewer units than wanted.
        InsufficientStock = "INSUFFICIENT_STOCK",
        /// No longer for sale.
        Unavailable = "UNAVAILABLE",
        /// Outside the quantity limits.
        QuantityLimit = "QUANTITY_LIMIT",
        /// The coupon does nothing here.
        CouponNotApplicable = "COUPON_NOT_APPLICABLE",
        /// Fewer points than applied.
        InsufficientPoints = "INSUFFICIENT_POINTS",
        /// Cannot be shipped to the address.
        NotShippable = "NOT_SHIPPABLE",
        /// The chosen shipping is gone.
        ShippingMethodUnavailable = "SHIPPING_METHOD_UNAVAILABLE",
        /// E-mail, address or shipping is missing.
        Incomplete = "INCOMPLETE",
    }
}

/// What an order needs and a cart may lack.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissingPart {
    /// Anything to buy.
    Lines,
    /// Where to write to.
    Email,
    /// Where to send it.
    ShippingAddress,
    /// How to send it.
    ShippingMethod,
}

/// Something that would change or stop the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CartProblem {
    /// The price is not what the buyer saw.
    PriceChanged {
        /// The line.
        line: Uuid,
        /// Price the buyer saw.
        previous: Money,
        /// Price now.
        current: Money,
    },
    /// Fewer units than wanted.
    InsufficientStock {
        /// The line.
        line: Uuid,
        /// Units that can be had.
        available: u32,
    },
    /// No longer for sale.
    Unavailable {
        /// The line.
        line: Uuid,
    },
    /// Outside the quantity limits.
    QuantityLimit {
        /// The line.
        line: Uuid,
        /// The nearest number of units that may be bought, 0 for none.
        allowed: u32,
    },
    /// The coupon does nothing here.
    CouponNotApplicable {
        /// The coupon.
        code: CouponCode,
    },
    /// Fewer points can be spent than wished.
    InsufficientPoints {
        /// Points that can be spent.
        spendable: u32,
    },
    /// Cannot be shipped to the address.
    NotShippable,
    /// The chosen shipping is gone.
    ShippingMethodUnavailable,
    /// Something is missing.
    Incomplete(MissingPart),
}

/// What a cart counted on and somebody else was faster to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The member's points.
    Points,
    /// The last use of a coupon.
    Coupon,
}

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

impl CartProblem {
    /// Gives the kind.
    #[must_use]
    pub fn code(&self) -> CartProblemCode {
        match self {
            Self::PriceChanged { .. } => CartProblemCode::PriceChanged,
            Self::InsufficientStock { .. } => CartProblemCode::InsufficientStock,
            Self::Unavailable { .. } => CartProblemCode::Unavailable,
            Self::QuantityLimit { .. } => CartProblemCode::QuantityLimit,
            Self::CouponNotApplicable { .. } => CartProblemCode::CouponNotApplicable,
            Self::InsufficientPoints { .. } => CartProblemCode::InsufficientPoints,
            Self::NotShippable => CartProblemCode::NotShippable,
            Self::ShippingMethodUnavailable => CartProblemCode::ShippingMethodUnavailable,
            Self::Incomplete(_) => CartProblemCode::Incomplete,
        }
    }

    /// Whether it stops the order. What only changes the total does not: `orderPlace` takes the expected total.
    #[must_use]
    pub fn is_blocking(&self) -> bool {
        match self {
            Self::PriceChanged { .. }
            | Self::CouponNotApplicable { .. }
            | Self::InsufficientPoints { .. } => false,
            Self::InsufficientStock { .. }
            | Self::Unavailable { .. }
            | Self::QuantityLimit { .. }
            | Self::NotShippable
            | Self::ShippingMethodUnavailable
            | Self::Incomplete(_) => true,
        }
    }
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

/// Tells what was lost to somebody else, for a cart whose total is not the one its buyer saw.
#[must_use]
pub fn lost(problems: &[CartProblem], evaluations: &[Evaluation]) -> Option<Lost> {
    let is_about_points =
        |problem: &CartProblem| problem.code() == CartProblemCode::InsufficientPoints;
    if problems.iter().any(is_about_points) {
        return Some(Lost::Points);
    }
    let is_used_up = |evaluation: &Evaluation| match evaluation.outcome {
        Outcome::Applied(_) => false,
        Outcome::Refused(refusal) => matches!(
            refusal.reason,
            EvaluationReason::CouponInvalid
                | EvaluationReason::BudgetExhausted
                | EvaluationReason::MemberLimitReached
        ),
    };
    let mut entered = evaluations
        .iter()
        .filter(|evaluation| evaluation.coupon_code.is_some());
    entered.any(is_used_up).then_some(Lost::Coupon)
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
    use uuid::Uuid;

    use super::{
        CartProblem, CheckoutFacts, ChosenMethod, LineFacts, Lost, MissingPart,
        ShippingDestination, checkout_problems, line_problems, lost,
    };
    use crate::catalog::QuantityLimits;
    use crate::coupon::CouponCode;
    use crate::money::{Currency, Money};
    use crate::promotion::{Evaluation, EvaluationReason, Outcome};
    use crate::text_enum::TextEnum as _;

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
            coupon_code,
            label: String::new(),
            outcome,
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

    #[test]
    fn only_what_somebody_else_could_spend_counts_as_lost() {
        let coupon = |outcome| Evaluation {
            promotion_id: None,
            coupon_code: Some(CouponCode::parse("TEN").unwrap()),
            label: String::new(),
            outcome,
        };
        let refused = |reason: EvaluationReason| coupon(Outcome::Refused(reason.into()));
        let points = CartProblem::InsufficientPoints { spendable: 0 };
        for reason in EvaluationReason::ALL {
            let is_used_up = matches!(
                reason,
                EvaluationReason::CouponInvalid
                    | EvaluationReason::BudgetExhausted
                    | EvaluationReason::MemberLimitReached
            );
            let expected = is_used_up.then_some(Lost::Coupon);
            assert_eq!(lost(&[], &[refused(*reason)]), expected, "{reason}");
        }
        let automatic = Evaluation {
            coupon_code: None,
            ..refused(EvaluationReason::BudgetExhausted)
        };
        assert_eq!(
            lost(&[], &[automatic, coupon(Outcome::Applied(eur(-1)))]),
            None
        );
        let used_up = refused(EvaluationReason::CouponInvalid);
        assert_eq!(lost(&[points], &[used_up]), Some(Lost::Points));
        assert_eq!(lost(&[CartProblem::NotShippable], &[]), None);
    }
}
