//! What an order costs, as a value that can be kept and compared: before a change and after it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::refund::{RefundPlan, RefundSource};
use crate::money::{Money, MoneyError};
use crate::pricing::AdjustmentKind;

/// One signed step of an order's price.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CostStep {
    /// Row of the step.
    pub id: Uuid,
    /// Where it comes from.
    pub kind: AdjustmentKind,
    /// Text to show.
    pub label: String,
    /// Signed amount.
    pub amount: Money,
    /// Whether prices contain it already.
    pub included: bool,
    /// Public id of the promotion, coupon, rate or method behind it.
    pub source_id: Option<String>,
    /// The line it falls on; `None` for the whole.
    pub line: Option<Uuid>,
    /// The surcharge it is the tax on; `None` for everything else.
    #[serde(default)]
    pub surcharge: Option<Uuid>,
}

/// What an order costs: `subtotal` plus every step not `included` is `total`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderCost {
    /// Lines before any step.
    pub subtotal: Money,
    /// All discounts, zero or negative.
    pub discount_total: Money,
    /// Shipping after its discounts.
    pub shipping_total: Money,
    /// Tax, whether included or added.
    pub tax_total: Money,
    /// What is to be paid.
    pub total: Money,
    /// Every step.
    pub steps: Vec<CostStep>,
}

impl OrderCost {
    /// Adds up what the lines and steps come to.
    ///
    /// # Errors
    /// [`MoneyError`] when the sums cannot be computed.
    pub fn of(subtotal: Money, steps: Vec<CostStep>) -> Result<Self, MoneyError> {
        let zero = Money::zero(subtotal.currency);
        let mut cost = Self {
            subtotal,
            discount_total: zero,
            shipping_total: zero,
            tax_total: zero,
            total: subtotal,
            steps: Vec::new(),
        };
        for step in &steps {
            cost.count(step, step.amount)?;
        }
        cost.steps = steps;
        Ok(cost)
    }

    /// Counts an amount of a step in the totals.
    fn count(&mut self, step: &CostStep, amount: Money) -> Result<(), MoneyError> {
        if !step.included {
            self.total = self.total.plus(amount)?;
        }
        match step.kind {
            AdjustmentKind::Promotion | AdjustmentKind::Coupon | AdjustmentKind::Points
                if step.line.is_some() =>
            {
                self.discount_total = self.discount_total.plus(amount)?;
            }
            AdjustmentKind::Tax => self.tax_total = self.tax_total.plus(amount)?,
            AdjustmentKind::Promotion
            | AdjustmentKind::Coupon
            | AdjustmentKind::Points
            | AdjustmentKind::Shipping => {
                self.shipping_total = self.shipping_total.plus(amount)?;
            }
            AdjustmentKind::Surcharge | AdjustmentKind::Manual | AdjustmentKind::Rounding => {}
        }
        Ok(())
    }

    /// The cost without the units and steps of a plan to give back: what the rest costs.
    ///
    /// # Errors
    /// [`MoneyError`] when the sums cannot be computed.
    pub fn without(&self, plan: &RefundPlan) -> Result<Self, MoneyError> {
        let mut rest = self.clone();
        for line in &plan.lines {
            rest.subtotal = rest.subtotal.minus(line.subtotal)?;
            rest.total = rest.total.minus(line.subtotal)?;
        }
        for back in &plan.steps {
            let RefundSource::Step(id) = back.source else {
                continue; // no part of the price
            };
            let Some(step) = rest.steps.iter_mut().find(|step| step.id == id) else {
                continue;
            };
            step.amount = step.amount.minus(back.amount)?;
            let step = step.clone();
            rest.count(&step, back.amount.negated()?)?;
        }
        rest.steps.retain(|step| !step.amount.is_zero());
        Ok(rest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::money::Currency;
    use crate::order::refund::{RefundLine, RefundStep};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn step(number: u128, kind: AdjustmentKind, minor: i64, line: Option<Uuid>) -> CostStep {
        CostStep {
            id: Uuid::from_u128(number),
            kind,
            label: kind.to_string(),
            amount: eur(minor),
            included: false,
            source_id: None,
            line,
            surcharge: None,
        }
    }

    fn back(number: u128, minor: i64, line: Uuid) -> RefundStep {
        RefundStep {
            source: RefundSource::Step(Uuid::from_u128(number)),
            line: Some(line),
            amount: eur(minor),
            included: false,
        }
    }

    #[test]
    fn what_is_left_costs_the_rest_to_the_cent() {
        let line = Uuid::from_u128(1);
        let cost = OrderCost {
            subtotal: eur(3_000),
            discount_total: eur(-301),
            shipping_total: eur(490),
            tax_total: eur(540),
            total: eur(3_729),
            steps: vec![
                step(10, AdjustmentKind::Promotion, -301, Some(line)),
                step(11, AdjustmentKind::Shipping, 490, None),
                step(12, AdjustmentKind::Tax, 540, Some(line)),
            ],
        };
        let mut short = back(10, -999, line);
        short.source = RefundSource::Short;
        let plan = RefundPlan {
            lines: vec![RefundLine {
                id: line,
                units: 1,
                subtotal: eur(1_000),
                tax: eur(180),
                total: eur(1_080),
                earns: true,
            }],
            steps: vec![back(10, -100, line), back(12, 180, line), short],
            total: eur(81),
            set_off: eur(0),
            points_restored: 0,
            points_clawed_back: 0,
            returns_all: false,
        };
        let rest = cost.without(&plan).unwrap();
        assert_eq!(
            (rest.subtotal, rest.discount_total, rest.shipping_total),
            (eur(2_000), eur(-201), eur(490))
        );
        assert_eq!((rest.tax_total, rest.total), (eur(360), eur(2_649)));
        let parts: i64 = rest.steps.iter().map(|step| step.amount.minor).sum();
        assert_eq!(rest.subtotal.minor + parts, rest.total.minor);
    }

    #[test]
    fn steps_that_went_back_whole_are_gone() {
        let line = Uuid::from_u128(1);
        let cost = OrderCost {
            subtotal: eur(100),
            discount_total: eur(-10),
            shipping_total: eur(0),
            tax_total: eur(0),
            total: eur(90),
            steps: vec![step(10, AdjustmentKind::Coupon, -10, Some(line))],
        };
        let plan = RefundPlan {
            lines: vec![RefundLine {
                id: line,
                units: 1,
                subtotal: eur(100),
                tax: eur(0),
                total: eur(90),
                earns: true,
            }],
            steps: vec![back(10, -10, line)],
            total: eur(90),
            set_off: eur(0),
            points_restored: 0,
            points_clawed_back: 0,
            returns_all: true,
        };
        let rest = cost.without(&plan).unwrap();
        assert_eq!((rest.total, rest.discount_total), (eur(0), eur(0)));
        assert!(rest.steps.is_empty());
    }
}
