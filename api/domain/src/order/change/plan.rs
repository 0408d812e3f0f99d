//! What a change comes to.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    AddedLine, ChangeError, ChangeLine, ChangePlan, ChangeStep, Changeable, LineGain, MAX_STEPS,
    NewShipping, StepTax, may_be_changed,
};
use crate::money::{Money, MoneyError};
use crate::order::cost::{CostStep, OrderCost};
use crate::order::fulfillment::FulfillmentStatus;
use crate::percent::Percent;
use crate::pricing::AdjustmentKind;

/// What a step is about; no other step of the change may be about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Subject {
    Line(Uuid),
    Variant(Uuid),
    Address,
    Shipping,
}

impl Changeable {
    /// Plans a change. The rows it needs get their ids from `new_id`.
    ///
    /// # Errors
    /// [`ChangeError`], each as it says.
    pub fn plan(
        &self,
        steps: &[ChangeStep],
        new_id: &mut dyn FnMut() -> Uuid,
    ) -> Result<ChangePlan, ChangeError> {
        if !may_be_changed(self.status, self.has_open_units()) {
            return Err(ChangeError::NotNow);
        }
        if steps.is_empty() || steps.len() > MAX_STEPS {
            return Err(ChangeError::StepCount);
        }
        let mut draft = Draft::new(self, new_id);
        for (index, step) in steps.iter().enumerate() {
            draft.take(index, step)?;
        }
        draft.finish()
    }

    fn has_open_units(&self) -> bool {
        self.lines.iter().any(|line| line.units.open() > 0)
    }

    fn line(&self, index: usize, id: Uuid) -> Result<&ChangeLine, ChangeError> {
        let line = self.lines.iter().find(|line| line.id == id);
        line.ok_or(ChangeError::UnknownLine { index })
    }

    /// Where and how it goes is settled once somebody picks it.
    fn check_unpicked(&self, index: usize) -> Result<(), ChangeError> {
        let is_free = |parcel: &FulfillmentStatus| {
            parcel.is_untouched() || *parcel == FulfillmentStatus::Cancelled
        };
        if self.parcels.iter().all(is_free) {
            Ok(())
        } else {
            Err(ChangeError::Picked { index })
        }
    }

    fn tax(&self, amount: Money, rate: Percent) -> Result<Money, MoneyError> {
        if self.tax_included {
            amount.included_tax(rate)
        } else {
            amount.percent(rate)
        }
    }

    /// What is left of some of the steps.
    fn sum(&self, is_meant: impl Fn(&CostStep) -> bool) -> Result<Money, MoneyError> {
        let meant = self.steps.iter().filter(|step| is_meant(step));
        Money::sum(meant.map(|step| step.amount), self.left.currency)
    }

    /// How tax on a line, or on shipping, was called before.
    fn known_tax(&self, line: Option<Uuid>, rate: Percent) -> StepTax {
        let mut own = self.steps.iter().rev();
        let step = own.find(|step| is_tax_on(step, line));
        StepTax {
            rate,
            label: step.map_or_else(|| rate.to_string(), |step| step.label.clone()),
            source_id: step.and_then(|step| step.source_id.clone()),
        }
    }
}

/// Whether a step is the tax on a line, or on shipping.
fn is_tax_on(step: &CostStep, line: Option<Uuid>) -> bool {
    step.kind == AdjustmentKind::Tax && step.line == line && step.surcharge.is_none()
}

/// A change as it is worked out.
struct Draft<'a> {
    order: &'a Changeable,
    new_id: &'a mut dyn FnMut() -> Uuid,
    subjects: BTreeSet<Subject>,
    shipping: Option<&'a NewShipping>,
    added_units: u32,
    lines: Vec<LineGain>,
    steps: Vec<CostStep>,
    removed: Vec<(Uuid, u32)>,
}

impl<'a> Draft<'a> {
    fn new(order: &'a Changeable, new_id: &'a mut dyn FnMut() -> Uuid) -> Self {
        Self {
            order,
            new_id,
            subjects: BTreeSet::new(),
            shipping: None,
            added_units: 0,
            lines: Vec::new(),
            steps: Vec::new(),
            removed: Vec::new(),
        }
    }

    fn take(&mut self, index: usize, step: &'a ChangeStep) -> Result<(), ChangeError> {
        let subject = match step {
            ChangeStep::Add(line) => Some(Subject::Variant(line.variant_id)),
            ChangeStep::Remove { line, .. } | ChangeStep::Price { line, .. } => {
                Some(Subject::Line(*line))
            }
            ChangeStep::Surcharge { .. } => None,
            ChangeStep::Address(_) => Some(Subject::Address),
            ChangeStep::Shipping(_) => Some(Subject::Shipping),
        };
        if subject.is_some_and(|subject| !self.subjects.insert(subject)) {
            return Err(ChangeError::Twice { index });
        }
        match step {
            ChangeStep::Add(line) => Ok(self.add(line)?),
            ChangeStep::Remove { line, units, .. } => self.remove(index, *line, *units),
            ChangeStep::Price {
                line,
                unit_price,
                label,
                ..
            } => self.price(index, *line, *unit_price, label),
            ChangeStep::Surcharge { label, amount, tax } => {
                if amount.is_zero() {
                    return Err(ChangeError::Nothing { index });
                }
                Ok(self.surcharge(label, *amount, tax.as_ref())?)
            }
            ChangeStep::Address(_) => self.order.check_unpicked(index),
            ChangeStep::Shipping(method) => {
                self.shipping = Some(method);
                self.order.check_unpicked(index)
            }
        }
    }

    fn add(&mut self, line: &AddedLine) -> Result<(), MoneyError> {
        let subtotal = line.unit_price.times(line.units)?;
        let tax = self.push_tax(Some(line.id), None, subtotal, line.tax.as_ref())?;
        let total = if self.order.tax_included {
            subtotal
        } else {
            subtotal.plus(tax)?
        };
        self.added_units = self.added_units.saturating_add(line.units);
        self.lines.push(LineGain {
            id: line.id,
            subtotal,
            tax,
            total,
        });
        Ok(())
    }

    fn remove(&mut self, index: usize, id: Uuid, units: u32) -> Result<(), ChangeError> {
        let line = self.order.line(index, id)?;
        let gone = line.units.live().saturating_sub(units);
        let open = line.units.open();
        if gone == 0 {
            return Err(ChangeError::Nothing { index });
        }
        if gone > open {
            return Err(ChangeError::NotOpen { index, open });
        }
        self.removed.push((id, gone));
        Ok(())
    }

    fn price(
        &mut self,
        index: usize,
        id: Uuid,
        unit_price: Money,
        label: &str,
    ) -> Result<(), ChangeError> {
        let line = self.order.line(index, id)?;
        let left = self.order.left.lines.iter().find(|left| left.id == id);
        let left = left.ok_or(ChangeError::UnknownLine { index })?;
        if line.is_gift {
            return Err(ChangeError::Gift { index });
        }
        let open = line.units.open();
        // Units that were called off but not paid back have the old price, and could not be told from the others.
        if open == 0 || open < line.units.live() || left.units != line.units.live() {
            return Err(ChangeError::NotOpen { index, open });
        }
        let own = |step: &CostStep| step.line == Some(id);
        let set_before = |step: &CostStep| own(step) && step.kind == AdjustmentKind::Manual;
        let old = left.subtotal.plus(self.order.sum(set_before)?)?;
        let more = unit_price.times(left.units)?.minus(old)?;
        if more.is_zero() {
            return Err(ChangeError::Nothing { index });
        }
        let lowered = |step: &CostStep| own(step) && step.kind != AdjustmentKind::Tax;
        let paid = left.subtotal.plus(self.order.sum(lowered)?)?.plus(more)?;
        if paid.is_negative() {
            return Err(ChangeError::BelowZero { index });
        }
        let tax = self.order.tax(paid, line.rate)?;
        let tax = tax.minus(self.order.sum(|step| is_tax_on(step, Some(id)))?)?;
        self.push(AdjustmentKind::Manual, label, more, Some(id), None);
        let named = self.order.known_tax(Some(id), line.rate);
        self.push_tax_step(Some(id), None, tax, &named);
        self.lines.push(LineGain {
            id,
            subtotal: Money::zero(more.currency),
            tax,
            total: if self.order.tax_included {
                more
            } else {
                more.plus(tax)?
            },
        });
        Ok(())
    }

    fn surcharge(
        &mut self,
        label: &str,
        amount: Money,
        tax: Option<&StepTax>,
    ) -> Result<(), MoneyError> {
        let id = self.push(AdjustmentKind::Surcharge, label, amount, None, None);
        self.push_tax(None, Some(id), amount, tax)?;
        Ok(())
    }

    /// Replaces what is left of the old way's price, and its tax.
    fn ship(&mut self, method: &NewShipping, goods: Money) -> Result<(), MoneyError> {
        let price = method.price_for(goods)?;
        let of_shipping = |step: &CostStep| {
            step.line.is_none()
                && step.kind != AdjustmentKind::Tax
                && step.kind != AdjustmentKind::Surcharge
        };
        let more = price.minus(self.order.sum(of_shipping)?)?;
        let rate = method.tax.as_ref().map_or(Percent::ZERO, |tax| tax.rate);
        let old_tax = self.order.sum(|step| is_tax_on(step, None))?;
        let tax = self.order.tax(price, rate)?.minus(old_tax)?;
        let named = match &method.tax {
            Some(tax) => tax.clone(),
            None => self.order.known_tax(None, rate),
        };
        if !more.is_zero() {
            self.push(AdjustmentKind::Shipping, &method.name, more, None, None);
            if let Some(step) = self.steps.last_mut() {
                step.source_id = Some(method.source_id.clone());
            }
        }
        self.push_tax_step(None, None, tax, &named);
        Ok(())
    }

    /// Adds the tax on an amount; gives it.
    fn push_tax(
        &mut self,
        line: Option<Uuid>,
        surcharge: Option<Uuid>,
        amount: Money,
        tax: Option<&StepTax>,
    ) -> Result<Money, MoneyError> {
        let Some(named) = tax else {
            return Ok(Money::zero(amount.currency));
        };
        let tax = self.order.tax(amount, named.rate)?;
        self.push_tax_step(line, surcharge, tax, named);
        Ok(tax)
    }

    fn push_tax_step(
        &mut self,
        line: Option<Uuid>,
        surcharge: Option<Uuid>,
        tax: Money,
        named: &StepTax,
    ) {
        if tax.is_zero() {
            return;
        }
        self.push(AdjustmentKind::Tax, &named.label, tax, line, surcharge);
        if let Some(step) = self.steps.last_mut() {
            step.included = self.order.tax_included;
            step.source_id.clone_from(&named.source_id);
        }
    }

    fn push(
        &mut self,
        kind: AdjustmentKind,
        label: &str,
        amount: Money,
        line: Option<Uuid>,
        surcharge: Option<Uuid>,
    ) -> Uuid {
        let id = (self.new_id)();
        self.steps.push(CostStep {
            id,
            kind,
            label: label.to_owned(),
            amount,
            included: false,
            source_id: None,
            line,
            surcharge,
        });
        id
    }

    fn finish(mut self) -> Result<ChangePlan, ChangeError> {
        self.check_something_stays()?;
        let order = self.order;
        let currency = order.left.currency;
        let subtotals = order.left.lines.iter().map(|line| line.subtotal);
        let left = order.steps.iter().filter(|step| !step.amount.is_zero());
        let before = OrderCost::of(Money::sum(subtotals, currency)?, left.cloned().collect())?;
        let rest = match order.left.plan_units(&self.removed)? {
            Some(plan) => before.without(&plan)?,
            None => before.clone(),
        };
        let added = Money::sum(self.lines.iter().map(|line| line.subtotal), currency)?;
        let subtotal = rest.subtotal.plus(added)?;
        if let Some(method) = self.shipping {
            let lowered = rest.steps.iter().chain(&self.steps);
            let lowered = lowered.filter(|step| step.line.is_some() && counts_as_goods(step.kind));
            let lowered = Money::sum(lowered.map(|step| step.amount), currency)?;
            self.ship(method, subtotal.plus(lowered)?)?;
        }
        let of_order = self.steps.iter().filter(|step| step.line.is_none());
        let of_order = of_order.filter(|step| !step.included);
        let totals = self.lines.iter().map(|line| line.total);
        let raised = Money::sum(totals.chain(of_order.map(|step| step.amount)), currency)?;
        let steps = rest.steps.into_iter().chain(self.steps.iter().cloned());
        let after = OrderCost::of(subtotal, steps.collect())?;
        Ok(ChangePlan {
            difference: after.total.minus(before.total)?,
            before,
            after,
            lines: self.lines,
            steps: self.steps,
            removed: self.removed,
            raised,
        })
    }

    fn check_something_stays(&self) -> Result<(), ChangeError> {
        let units = |sum: u32, units: u32| sum.saturating_add(units);
        let live = self.order.lines.iter().map(|line| line.units.live());
        let gone = self.removed.iter().map(|(_, gone)| *gone);
        let stays = live
            .fold(self.added_units, units)
            .saturating_sub(gone.fold(0, units));
        if stays == 0 {
            return Err(ChangeError::NothingLeft);
        }
        Ok(())
    }
}

/// Whether a step on a line counts for what ships for free: all but points and tax.
fn counts_as_goods(kind: AdjustmentKind) -> bool {
    match kind {
        AdjustmentKind::Promotion | AdjustmentKind::Coupon | AdjustmentKind::Manual => true,
        AdjustmentKind::Points
        | AdjustmentKind::Shipping
        | AdjustmentKind::Tax
        | AdjustmentKind::Surcharge
        | AdjustmentKind::Rounding => false,
    }
}
