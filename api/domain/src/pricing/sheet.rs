//! The sheet a price is worked out on: what is left of each line and of shipping, and the steps so far.

use std::borrow::Cow;

use super::PricingError;
use super::candidate::Candidate;
use super::draft::{Draft, DraftLine};
use super::reward::{Offer, Wanted};
use crate::money::{Currency, Money, MoneyError, allocate};
use crate::tax::{self, TaxRate};

/// A line with what stays the same whatever promotions count.
pub(super) struct BillLine<'a> {
    pub(super) draft: &'a DraftLine,
    pub(super) subtotal: Money,
    pub(super) rate: Option<&'a TaxRate>,
}

/// The lines by key, so that the order of the cart decides nothing.
pub(super) struct Bill<'a> {
    pub(super) currency: Currency,
    pub(super) lines: Vec<BillLine<'a>>,
    pub(super) subtotal: Money,
}

/// Who is behind a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The candidate at this place.
    Candidate(usize),
    Points,
    Shipping,
    /// The tier that ships for free.
    Tier,
}

/// A signed step.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) source: Source,
    pub(super) amount: Money,
    /// Place of the line in the bill, `None` for shipping.
    pub(super) line: Option<usize>,
}

/// What changes while stages are gone through.
#[derive(Debug)]
pub(super) struct Sheet<L> {
    pub(super) goods: L,
    pub(super) shipping_price: Money,
    pub(super) shipping_left: Money,
    /// What promotions must leave of the goods.
    pub(super) floor: Money,
}

/// What is left of the goods while stages are gone through. However it is kept, the same is taken off.
pub(super) trait Left {
    /// What a reward would take off, by line.
    type Shares;

    /// Gives what is left of all lines.
    fn all(&self) -> Money;

    /// Gives what is left of each line of the bill.
    fn by_line(&self) -> Result<Cow<'_, [Money]>, MoneyError>;

    /// Gives what a reward would take off, before caps.
    fn wanted(&mut self, offer: &Offer<'_>) -> Result<Wanted<Self::Shares>, MoneyError>;

    /// Takes a reward off, from no line more than is left of it and all together no more than `most`. Gives what was
    /// taken.
    fn take(
        &mut self,
        offer: &Offer<'_>,
        shares: Self::Shares,
        most: Money,
    ) -> Result<Money, MoneyError>;

    /// Lets all candidates from a place on count whose effect is known together, if there are such, and gives the place
    /// after them. What became of each of them is not written down.
    fn leap(
        &mut self,
        place: usize,
        candidates: &[Candidate<'_>],
    ) -> Result<Option<usize>, MoneyError>;

    /// Takes what points pay off all lines by what is left of them.
    fn pay(&mut self, discount: Money) -> Result<(), MoneyError>;

    /// Notes a step of shipping.
    fn note(&mut self, step: Step);
}

/// What is left of each line of the bill, and every step.
#[derive(Debug)]
pub(super) struct ByLine {
    /// Never negative.
    left: Vec<Money>,
    /// The sum of it.
    all: Money,
    pub(super) steps: Vec<Step>,
}

impl<'a> Bill<'a> {
    /// Whether all lines have one and the same rate, be it none.
    pub(super) fn is_taxed_alike(&self) -> bool {
        let mut ids = self.lines.iter().map(|line| line.rate.map(|rate| rate.id));
        let first = ids.next();
        ids.all(|id| first == Some(id))
    }

    pub(super) fn try_new(draft: &'a Draft, rates: &'a [TaxRate]) -> Result<Self, PricingError> {
        let currency = draft.currency;
        let mut lines = draft
            .lines
            .iter()
            .map(|line| {
                if line.unit_price.is_negative() {
                    return Err(PricingError::NegativePrice { line: line.key });
                }
                let subtotal = line.unit_price.times(line.quantity.get())?;
                Ok(BillLine {
                    draft: line,
                    // Adding zero of the cart's currency tells a foreign one.
                    subtotal: Money::zero(currency).plus(subtotal)?,
                    rate: tax::applicable(rates, &line.tax_class, draft.destination.as_ref()),
                })
            })
            .collect::<Result<Vec<_>, PricingError>>()?;
        lines.sort_by_key(|line| line.draft.key);
        let subtotal = Money::sum(lines.iter().map(|line| line.subtotal), currency)?;
        Ok(Self {
            currency,
            lines,
            subtotal,
        })
    }
}

impl ByLine {
    pub(super) fn new(bill: &Bill<'_>) -> Self {
        let left = bill.lines.iter().map(|line| line.subtotal).collect();
        Self::from(left, bill.subtotal)
    }

    /// Goes on from what is left of each line, with the sum of it.
    pub(super) fn from(left: Vec<Money>, all: Money) -> Self {
        Self {
            // Each line bears a few steps.
            steps: Vec::with_capacity(left.len().saturating_mul(4)),
            left,
            all,
        }
    }

    /// Takes shares off the lines at these places, none more than is left of it and all together no more than `most`.
    /// Gives what was taken.
    pub(super) fn take_off(
        &mut self,
        source: Source,
        places: impl Iterator<Item = usize> + Clone,
        mut shares: Vec<Money>,
        most: Money,
    ) -> Result<Money, MoneyError> {
        let nothing = Money::zero(most.currency);
        for (share, place) in shares.iter_mut().zip(places.clone()) {
            let left = self.left.get(place).copied().unwrap_or(nothing);
            *share = share.least(left)?;
        }
        let mut off = Money::sum(shares.iter().copied(), most.currency)?;
        if off.minor > most.minor {
            if !most.is_positive() {
                return Ok(nothing);
            }
            shares = allocate(most, &weights(&shares))?;
            off = most;
        }
        if !off.is_positive() {
            return Ok(nothing);
        }
        for (share, place) in shares.into_iter().zip(places) {
            let Some(left) = self.left.get_mut(place).filter(|_| !share.is_zero()) else {
                continue;
            };
            *left = left.minus(share)?;
            self.steps.push(Step {
                source,
                amount: share.negated()?,
                line: Some(place),
            });
        }
        self.all = self.all.minus(off)?;
        Ok(off)
    }
}

impl Left for ByLine {
    type Shares = Vec<Money>;

    fn all(&self) -> Money {
        self.all
    }

    fn by_line(&self) -> Result<Cow<'_, [Money]>, MoneyError> {
        Ok(Cow::Borrowed(&self.left))
    }

    fn wanted(&mut self, offer: &Offer<'_>) -> Result<Wanted<Self::Shares>, MoneyError> {
        offer.wanted(&self.left)
    }

    fn take(
        &mut self,
        offer: &Offer<'_>,
        shares: Self::Shares,
        most: Money,
    ) -> Result<Money, MoneyError> {
        let source = Source::Candidate(offer.place);
        self.take_off(source, offer.scope.places(), shares, most)
    }

    fn leap(
        &mut self,
        _place: usize,
        _candidates: &[Candidate<'_>],
    ) -> Result<Option<usize>, MoneyError> {
        Ok(None)
    }

    fn pay(&mut self, discount: Money) -> Result<(), MoneyError> {
        let shares = allocate(discount, &weights(&self.left))?;
        let places = 0..self.left.len();
        self.take_off(Source::Points, places, shares, discount)?;
        Ok(())
    }

    fn note(&mut self, step: Step) {
        self.steps.push(step);
    }
}

impl<L: Left> Sheet<L> {
    pub(super) fn new(goods: L) -> Self {
        let nothing = Money::zero(goods.all().currency);
        Self {
            goods,
            shipping_price: nothing,
            shipping_left: nothing,
            floor: nothing,
        }
    }

    /// Adds the price of shipping.
    pub(super) fn add_shipping(&mut self, price: Money) -> Result<(), MoneyError> {
        self.shipping_price = price;
        self.shipping_left = self.shipping_left.plus(price)?;
        self.goods.note(Step {
            source: Source::Shipping,
            amount: price,
            line: None,
        });
        Ok(())
    }

    /// Takes up to `wanted` off shipping. Gives what was taken.
    pub(super) fn take_off_shipping(
        &mut self,
        source: Source,
        wanted: Money,
    ) -> Result<Money, MoneyError> {
        let off = wanted.least(self.shipping_left)?;
        if !off.is_positive() {
            return Ok(Money::zero(off.currency));
        }
        self.shipping_left = self.shipping_left.minus(off)?;
        self.goods.note(Step {
            source,
            amount: off.negated()?,
            line: None,
        });
        Ok(off)
    }
}

/// Amounts that are not negative, as weights to share out by.
pub(super) fn weights(amounts: &[Money]) -> Vec<u64> {
    amounts
        .iter()
        .map(|amount| amount.minor.unsigned_abs())
        .collect()
}
