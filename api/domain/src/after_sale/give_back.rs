//! What a case gives back: its units with their share of every step of the order's price.

use uuid::Uuid;

use crate::order::refund::{RefundError, RefundPlan, RefundWish, Refundable, plan_nothing};

/// Units a case is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// Lines of the order, each once, and units.
    pub units: Vec<(Uuid, u32)>,
    /// Whether the shop has to answer for it.
    pub is_shops_fault: bool,
}

/// Plans what goes back. Units that went back another way meanwhile are left out. The shipping goes with the last unit of
/// the order, if the shop has to answer for the return.
///
/// # Errors
/// [`RefundError::Money`] when the sums cannot be computed.
pub fn give_back(left: &Refundable, asked: &Asked) -> Result<RefundPlan, RefundError> {
    let units = asked.units.iter().filter_map(|(id, units)| {
        let line = left.lines.iter().find(|line| line.id == *id)?;
        let units = line.units.min(*units);
        (units > 0).then_some((*id, units))
    });
    let goods = RefundWish {
        lines: units.collect(),
        shipping: None,
        extra: None,
    };
    let plan = plan(left, &goods)?;
    let shipping = left.shipping_left()?;
    if asked.is_shops_fault && plan.returns_all && shipping.is_positive() {
        return self::plan(
            left,
            &RefundWish {
                shipping: Some(shipping),
                ..goods
            },
        );
    }
    Ok(plan)
}

/// A case whose money is back already, as goodwill or by the bank, is closed with nothing.
fn plan(left: &Refundable, wish: &RefundWish) -> Result<RefundPlan, RefundError> {
    match left.plan(wish) {
        Err(RefundError::NothingLeft) => Ok(plan_nothing(left.currency)),
        planned => planned,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{prop_assert, prop_assert_eq, proptest};

    use super::*;
    use crate::money::{Currency, Money};
    use crate::order::refund::{LineLeft, PointsShare, StepLeft};

    const CUP: Uuid = Uuid::from_u128(1);
    const LID: Uuid = Uuid::from_u128(2);

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn step(id: u128, minor: i64) -> StepLeft {
        StepLeft {
            id: Uuid::from_u128(id),
            amount: eur(minor),
            included: false,
            is_points: false,
            is_tax: false,
        }
    }

    /// `cups` for 3.33 each less a discount, one lid for 1.00, shipping for 4.90.
    fn order(cups: u32, discount: i64) -> Refundable {
        let none = PointsShare {
            points: 0,
            returned: 0,
            whole_minor: 0,
            back_minor: 0,
        };
        let line = |id, units: u32, minor: i64, steps| LineLeft {
            id,
            units,
            subtotal: eur(minor * i64::from(units)),
            steps,
            earns: true,
        };
        let cups = line(CUP, cups, 333, vec![step(11, -discount)]);
        let lid = line(LID, 1, 100, vec![]);
        let held = cups.subtotal.minor - discount + lid.subtotal.minor + 490;
        Refundable {
            currency: Currency::parse("EUR").unwrap(),
            lines: vec![cups, lid],
            shipping: vec![step(21, 490)],
            held: eur(held),
            owed: eur(0),
            spent: none,
            earned: none,
            bears_shipping: false,
        }
    }

    fn asked(units: &[(Uuid, u32)], is_shops_fault: bool) -> Asked {
        Asked {
            units: units.to_vec(),
            is_shops_fault,
        }
    }

    #[test]
    fn shipping_goes_back_with_all_goods_and_for_the_shops_fault_alone() {
        let order = order(2, 1);
        let all = [(CUP, 2), (LID, 1)];
        let total = |asked: &Asked| give_back(&order, asked).unwrap().total.minor;
        assert_eq!(total(&asked(&all, true)), 666 - 1 + 100 + 490);
        assert_eq!(total(&asked(&all, false)), 666 - 1 + 100);
        assert_eq!(total(&asked(&[(CUP, 2)], true)), 665);
    }

    #[test]
    fn what_went_back_another_way_goes_back_no_more() {
        let mut order = order(2, 0);
        order.lines[0].units = 1;
        order.lines[0].subtotal = eur(333);
        let plan = give_back(&order, &asked(&[(CUP, 2)], false)).unwrap();
        assert_eq!((plan.lines[0].units, plan.total.minor), (1, 333));
        order.held = eur(0);
        let plan = give_back(&order, &asked(&[(CUP, 2)], true)).unwrap();
        assert_eq!((plan.lines.len(), plan.total), (0, eur(0)));
    }

    proptest! {
        #[test]
        fn case_after_case_the_parts_add_up_to_what_was_paid(cups in 1..9_u32, discount in 0..300_i64, wishes in proptest::collection::vec(0..4_u32, 0..12)) {
            let mut left = order(cups, discount);
            let paid = left.held.minor;
            let mut back = 0;
            for units in wishes.into_iter().chain([cups]) {
                let wish = asked(&[(CUP, units)], true);
                let plan = give_back(&left, &wish).unwrap();
                prop_assert_eq!(&plan, &give_back(&left, &wish).unwrap(), "what is shown is what is done");
                prop_assert!(!plan.total.is_negative());
                for line in &plan.lines {
                    left.lines[0].units -= line.units;
                    left.lines[0].subtotal.minor -= line.subtotal.minor;
                    left.lines[0].steps[0].amount.minor -= line.total.minor - line.subtotal.minor;
                }
                left.held.minor -= plan.total.minor;
                back += plan.total.minor;
            }
            prop_assert_eq!(back, i64::from(cups) * 333 - discount);
            let rest = give_back(&left, &asked(&[(CUP, 1), (LID, 1)], true)).unwrap();
            prop_assert_eq!(back + rest.total.minor, paid);
        }
    }
}
