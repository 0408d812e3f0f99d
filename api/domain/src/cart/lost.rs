//! What somebody else was faster to spend.

use super::{CartProblem, CartProblemCode};
use crate::promotion::{Evaluation, EvaluationReason, Outcome};

/// What a cart counted on and somebody else was faster to spend.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The member's points.
    Points,
    /// The last use of a coupon.
    Coupon,
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

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::{Lost, lost};
    use crate::cart::CartProblem;
    use crate::coupon::CouponCode;
    use crate::money::{Currency, Money};
    use crate::promotion::{Evaluation, EvaluationReason, Outcome};
    use crate::text_enum::TextEnum as _;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn only_what_somebody_else_could_spend_counts_as_lost() {
        let coupon = |outcome| Evaluation {
            promotion_id: None,
            promotion_version: None,
            coupon_code: Some(CouponCode::parse("TEN").unwrap()),
            label: String::new(),
            outcome,
            lines: BTreeSet::new(),
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
