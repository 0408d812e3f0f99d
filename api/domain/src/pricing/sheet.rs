//! The sheet a price is worked out on: what is left of each line and of shipping, and the steps so far.

use uuid::Uuid;

use super::PricingError;
use super::draft::DraftLine;
use super::priced::{Adjustment, AdjustmentKind};
use crate::money::{Currency, Money, MoneyError, allocate};

/// A line being priced.
pub(super) struct SheetLine<'a> {
    pub(super) draft: &'a DraftLine,
    pub(super) subtotal: Money,
    /// What is left after the discounts so far, never negative.
    pub(super) left: Money,
}

/// Who is behind a step.
#[derive(Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) kind: AdjustmentKind,
    pub(super) label: &'a str,
    pub(super) id: Option<&'a str>,
}

/// The sheet. Its lines stand by key, so that the order of the cart decides nothing.
pub(super) struct Sheet<'a> {
    pub(super) currency: Currency,
    pub(super) lines: Vec<SheetLine<'a>>,
    pub(super) shipping_left: Money,
    pub(super) adjustments: Vec<Adjustment>,
}

impl<'a> Sheet<'a> {
    pub(super) fn try_new(
        lines: &'a [DraftLine],
        currency: Currency,
    ) -> Result<Self, PricingError> {
        let mut lines: Vec<SheetLine<'a>> = lines
            .iter()
            .map(|draft| {
                if draft.unit_price.is_negative() {
                    return Err(PricingError::NegativePrice { line: draft.key });
                }
                let subtotal = draft.unit_price.times(draft.quantity.get())?;
                // Adding zero of the cart's currency tells a foreign one.
                let subtotal = Money::zero(currency).plus(subtotal)?;
                Ok(SheetLine {
                    draft,
                    subtotal,
                    left: subtotal,
                })
            })
            .collect::<Result<_, _>>()?;
        lines.sort_by_key(|line| line.draft.key);
        Ok(Self {
            currency,
            lines,
            shipping_left: Money::zero(currency),
            adjustments: Vec::new(),
        })
    }

    /// What is left of all goods.
    pub(super) fn goods_left(&self) -> Result<Money, MoneyError> {
        Money::sum(self.lines.iter().map(|line| line.left), self.currency)
    }

    pub(super) fn subtotal(&self) -> Result<Money, MoneyError> {
        Money::sum(self.lines.iter().map(|line| line.subtotal), self.currency)
    }

    /// Takes up to `wanted` off the goods, shared out by what is left of each line. Gives what was taken.
    pub(super) fn take_off_goods(
        &mut self,
        source: Source<'_>,
        wanted: Money,
    ) -> Result<Money, MoneyError> {
        let off = wanted.least(self.goods_left()?)?;
        if !off.is_positive() {
            return Ok(Money::zero(self.currency));
        }
        let weights: Vec<u64> = self
            .lines
            .iter()
            .map(|line| line.left.minor.unsigned_abs())
            .collect();
        for (line, share) in self.lines.iter_mut().zip(allocate(off, &weights)?) {
            if share.is_zero() {
                continue;
            }
            line.left = line.left.minus(share)?;
            self.adjustments
                .push(source.step(share.negated()?, Some(line.draft.key)));
        }
        Ok(off)
    }

    /// Adds the price of shipping.
    pub(super) fn add_shipping(
        &mut self,
        source: Source<'_>,
        price: Money,
    ) -> Result<(), MoneyError> {
        self.shipping_left = self.shipping_left.plus(price)?;
        self.adjustments.push(source.step(price, None));
        Ok(())
    }

    /// Takes up to `wanted` off shipping. Gives what was taken.
    pub(super) fn take_off_shipping(
        &mut self,
        source: Source<'_>,
        wanted: Money,
    ) -> Result<Money, MoneyError> {
        let off = wanted.least(self.shipping_left)?;
        if !off.is_positive() {
            return Ok(Money::zero(self.currency));
        }
        self.shipping_left = self.shipping_left.minus(off)?;
        self.adjustments.push(source.step(off.negated()?, None));
        Ok(off)
    }
}

impl Source<'_> {
    fn step(self, amount: Money, line: Option<Uuid>) -> Adjustment {
        Adjustment {
            kind: self.kind,
            label: self.label.to_owned(),
            amount,
            included: false,
            source_id: self.id.map(str::to_owned),
            line,
        }
    }
}
