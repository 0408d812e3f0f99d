//! What one reward would take off each line, before caps.

use super::bundle::{Bundle, Units};
use super::draft::DraftLine;
use super::sheet::{Bill, BillLine, weights};
use crate::money::{Money, MoneyError, allocate};
use crate::percent::Percent;
use crate::promotion::{
    Cut, DiscountBase, EvaluationReason, Promotion, Refusal, Reward, TieredSpend,
};

/// The lines a reward is about, in the order of the bill; most rewards are about few of them. Unless it tells bought
/// lines apart, all of them can get it.
pub(super) struct Scope {
    lines: Vec<ScopeLine>,
    /// Whether a line it would be about is kept out by its price for members.
    lacks_member_lines: bool,
    plan: Plan,
}

/// A line a reward is about.
#[derive(Clone, Copy)]
struct ScopeLine {
    /// Its place in the bill.
    place: usize,
    /// Whether it can get the reward.
    gets: bool,
    /// Whether it counts as bought.
    buys: bool,
}

/// What a reward comes to, as far as that is known before any stage is gone through.
#[derive(Clone, Copy)]
enum Plan {
    /// It is about shipping, gifts or points.
    Elsewhere,
    /// Nothing, for this reason.
    Refused(Refusal),
    /// A part of what is left of all its lines, shared out by what is left of each.
    Lump(Cut),
    /// A percentage of what its lines cost before all discounts.
    OfBase(Percent),
    /// What its own rule says line by line, or by the prices of units.
    Own,
}

/// How what a reward takes off one line hangs together with what is left of others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Spread {
    /// Only through the sum of what is left of all its lines, by which it is found and shared out.
    Lump,
    /// Not at all.
    Apart,
    /// In some other way.
    Together,
}

/// What a reward would do to the goods.
pub(super) enum Wanted<S> {
    /// Take this off the lines of the scope.
    Shares(S),
    /// Nothing, for this reason.
    Refused(Refusal),
    /// Nothing: it is about shipping, gifts or points.
    Elsewhere,
}

/// A reward of a promotion while stages are gone through.
pub(super) struct Offer<'a> {
    /// Place of the candidate.
    pub(super) place: usize,
    /// Which of its rewards it is.
    pub(super) index: usize,
    pub(super) promotion: &'a Promotion,
    pub(super) reward: &'a Reward,
    pub(super) scope: &'a Scope,
    pub(super) bill: &'a Bill<'a>,
}

impl<S> Wanted<S> {
    pub(super) fn map<T>(self, write: impl FnOnce(S) -> T) -> Wanted<T> {
        match self {
            Self::Shares(shares) => Wanted::Shares(write(shares)),
            Self::Refused(refusal) => Wanted::Refused(refusal),
            Self::Elsewhere => Wanted::Elsewhere,
        }
    }
}

impl Scope {
    pub(super) fn try_new(
        promotion: &Promotion,
        reward: &Reward,
        bill: &Bill<'_>,
    ) -> Result<Self, MoneyError> {
        let mut scope = Self {
            lines: Vec::new(),
            lacks_member_lines: false,
            plan: Plan::Elsewhere,
        };
        let (gets, buys) = match reward {
            Reward::PercentOff(reward) => (reward.products.as_ref(), None),
            Reward::FixedOff(reward) => (reward.products.as_ref(), None),
            Reward::TieredSpend(reward) => (reward.products.as_ref(), None),
            Reward::FixedPrice(reward) => (Some(&reward.products), None),
            Reward::EveryNth(reward) => (Some(&reward.products), Some(&reward.products)),
            Reward::BuyXGetY(reward) => (Some(&reward.get.products), Some(&reward.buy.products)),
            Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => return Ok(scope),
        };
        let admission = promotion.admission();
        for (place, line) in bill.lines.iter().enumerate() {
            let DraftLine { goods, origin, .. } = line.draft;
            let is_reduced = line.draft.is_reduced();
            if !admission.admits(is_reduced, false) {
                continue;
            }
            let scoped = ScopeLine {
                place,
                gets: gets.is_none_or(|products| products.selects(goods)),
                buys: buys.is_some_and(|products| products.selects(goods)),
            };
            if !scoped.gets && !scoped.buys {
                continue;
            }
            if admission.admits(is_reduced, origin.is_for_members) {
                scope.lines.push(scoped);
            } else {
                scope.lacks_member_lines = true;
            }
        }
        scope.plan = scope.plan(promotion, reward, bill)?;
        Ok(scope)
    }

    fn plan(
        &self,
        promotion: &Promotion,
        reward: &Reward,
        bill: &Bill<'_>,
    ) -> Result<Plan, MoneyError> {
        if !self.lines.iter().any(|line| line.gets) && !bill.lines.is_empty() {
            return Ok(Plan::Refused(self.emptiness()));
        }
        let percent = |percent| match promotion.base {
            DiscountBase::Base => Plan::OfBase(percent),
            DiscountBase::Running => Plan::Lump(Cut::Percent(percent)),
        };
        Ok(match reward {
            Reward::PercentOff(reward) => percent(reward.percent),
            Reward::FixedOff(reward) if !reward.per_unit => Plan::Lump(Cut::Amount(reward.amount)),
            Reward::TieredSpend(reward) => match self.tier(reward, bill)? {
                Ok(Cut::Percent(tier)) => percent(tier),
                Ok(amount @ Cut::Amount(_)) => Plan::Lump(amount),
                Err(refusal) => Plan::Refused(refusal),
            },
            Reward::FixedOff(_)
            | Reward::FixedPrice(_)
            | Reward::BuyXGetY(_)
            | Reward::EveryNth(_) => Plan::Own,
            Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => Plan::Elsewhere,
        })
    }

    /// What is spent decides the tier, before any discount, so that one discount does not undo another.
    fn tier(
        &self,
        reward: &TieredSpend,
        bill: &Bill<'_>,
    ) -> Result<Result<Cut, Refusal>, MoneyError> {
        let subtotals = self
            .places()
            .filter_map(|place| Some(bill.lines.get(place)?.subtotal));
        let spent = Money::sum(subtotals, bill.currency)?;
        let reached = reward
            .tiers
            .iter()
            .filter(|tier| tier.min_subtotal.minor <= spent.minor)
            .max_by_key(|tier| tier.min_subtotal.minor);
        let Some(tier) = reached else {
            let lowest = reward.tiers.iter().map(|tier| tier.min_subtotal);
            let Some(lowest) = lowest.min_by_key(|least| least.minor) else {
                return Ok(Ok(Cut::Amount(Money::zero(bill.currency))));
            };
            return Ok(Err(Refusal::spend(lowest.minus(spent)?)));
        };
        Ok(Ok(match tier.cut {
            Cut::Amount(amount) if reward.repeats => {
                let fits = spent.minor.checked_div(tier.min_subtotal.minor);
                let minor = amount.minor.saturating_mul(fits.unwrap_or(1));
                Cut::Amount(Money::new(minor, amount.currency))
            }
            cut @ (Cut::Percent(_) | Cut::Amount(_)) => cut,
        }))
    }

    /// Why there is no line for it.
    fn emptiness(&self) -> Refusal {
        if self.lacks_member_lines {
            EvaluationReason::NotWithMemberPrices.into()
        } else {
            EvaluationReason::NoMatchingProduct.into()
        }
    }

    /// Places of its lines in the bill.
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + Clone {
        self.lines.iter().map(|line| line.place)
    }

    /// Whether it is about every line of the bill.
    pub(super) fn is_whole(&self, bill: &Bill<'_>) -> bool {
        self.lines.len() == bill.lines.len()
    }

    fn buys_nothing(&self) -> bool {
        !self.lines.iter().any(|line| line.buys)
    }
}

impl Offer<'_> {
    /// Gives what it would take off each line, by what is left of the lines of the bill.
    pub(super) fn wanted(&self, left: &[Money]) -> Result<Wanted<Vec<Money>>, MoneyError> {
        let shares = match self.scope.plan {
            Plan::Elsewhere => return Ok(Wanted::Elsewhere),
            Plan::Refused(refusal) => return Ok(Wanted::Refused(refusal)),
            Plan::Lump(cut) => {
                let left = self.scope.places().filter_map(|place| left.get(place));
                let left: Vec<Money> = left.copied().collect();
                let all = Money::sum(left.iter().copied(), self.bill.currency)?;
                allocate(part_of(all, cut)?, &weights(&left))?
            }
            Plan::OfBase(percent) => {
                let lines = self.scope.places();
                let base = lines.filter_map(|place| Some(self.bill.lines.get(place)?.subtotal));
                let base: Vec<Money> = base.collect();
                let all = Money::sum(base.iter().copied(), self.bill.currency)?;
                allocate(all.percent(percent)?, &weights(&base))?
            }
            Plan::Own => return self.own(left),
        };
        Ok(Wanted::Shares(shares))
    }

    /// Gives what it would take off all lines together, by what is left of them, if that is how it is found.
    pub(super) fn lump(&self, left: Money) -> Result<Wanted<Money>, MoneyError> {
        Ok(match self.scope.plan {
            Plan::Refused(refusal) => Wanted::Refused(refusal),
            Plan::Lump(cut) => Wanted::Shares(part_of(left, cut)?),
            Plan::Elsewhere | Plan::OfBase(_) | Plan::Own => Wanted::Elsewhere,
        })
    }

    /// Tells how its lines hang together.
    pub(super) fn spread(&self) -> Spread {
        let is_running = self.promotion.base == DiscountBase::Running;
        let counts_units = matches!(self.reward, Reward::BuyXGetY(_) | Reward::EveryNth(_));
        match self.scope.plan {
            Plan::Lump(_) => Spread::Lump,
            Plan::Own if is_running && counts_units => Spread::Together,
            Plan::Elsewhere | Plan::Refused(_) | Plan::OfBase(_) | Plan::Own => Spread::Apart,
        }
    }

    fn own(&self, left: &[Money]) -> Result<Wanted<Vec<Money>>, MoneyError> {
        let shares = match self.reward {
            Reward::FixedOff(reward) => {
                self.each(left, |line| Ok(times(reward.amount, line.units)))?
            }
            Reward::FixedPrice(reward) => self.each(left, |line| {
                let price = times(reward.price, line.units).least(line.measure)?;
                line.measure.minus(price)
            })?,
            Reward::EveryNth(reward) => {
                let bundle = Bundle {
                    buy: reward.nth.saturating_sub(1),
                    get: 1,
                    max_uses: reward.max_uses,
                };
                return self.bundle(bundle, reward.percent, left);
            }
            Reward::BuyXGetY(reward) => {
                let bundle = Bundle {
                    buy: reward.buy.quantity,
                    get: reward.get.quantity,
                    max_uses: reward.max_uses,
                };
                return self.bundle(bundle, reward.percent, left);
            }
            Reward::PercentOff(_)
            | Reward::TieredSpend(_)
            | Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => return Ok(Wanted::Elsewhere),
        };
        Ok(Wanted::Shares(shares))
    }

    /// The lines of the scope, each with its place in the bill and what it costs: before all discounts, or after those
    /// so far.
    fn lines<'b>(
        &'b self,
        left: &'b [Money],
    ) -> impl Iterator<Item = (ScopeLine, &'b BillLine<'b>, Money)> {
        self.scope.lines.iter().filter_map(|scoped| {
            let line = self.bill.lines.get(scoped.place)?;
            let amount = match self.promotion.base {
                DiscountBase::Base => line.subtotal,
                DiscountBase::Running => *left.get(scoped.place)?,
            };
            Some((*scoped, line, amount))
        })
    }

    fn each(
        &self,
        left: &[Money],
        off: impl Fn(Line) -> Result<Money, MoneyError>,
    ) -> Result<Vec<Money>, MoneyError> {
        self.lines(left)
            .map(|(_, line, measure)| {
                let units = line.draft.quantity.get();
                off(Line { measure, units })
            })
            .collect()
    }

    fn bundle(
        &self,
        bundle: Bundle,
        percent: Percent,
        left: &[Money],
    ) -> Result<Wanted<Vec<Money>>, MoneyError> {
        let units: Vec<Units> = self
            .lines(left)
            .map(|(scoped, line, amount)| Units {
                count: line.draft.quantity.get(),
                amount: amount.minor,
                buys: scoped.buys,
                gets: scoped.gets,
            })
            .collect();
        let cheaper = match bundle.cheaper(&units) {
            Ok(cheaper) => cheaper,
            Err(_) if self.scope.buys_nothing() && !self.bill.lines.is_empty() => {
                return Ok(Wanted::Refused(self.scope.emptiness()));
            }
            Err(missing) => return Ok(Wanted::Refused(Refusal::take(missing))),
        };
        let cheaper: Vec<Money> = cheaper
            .into_iter()
            .map(|minor| Money::new(minor, self.bill.currency))
            .collect();
        let sum = Money::sum(cheaper.iter().copied(), self.bill.currency)?;
        let shares = allocate(sum.percent(percent)?, &weights(&cheaper))?;
        Ok(Wanted::Shares(shares))
    }
}

/// A line a reward is about.
struct Line {
    measure: Money,
    units: u32,
}

/// A percentage of what is left, or an amount up to all of it.
fn part_of(left: Money, cut: Cut) -> Result<Money, MoneyError> {
    match cut {
        Cut::Percent(percent) => left.percent(percent),
        Cut::Amount(amount) => amount.least(left),
    }
}

/// So many times an amount, or the most there is: what is taken off is capped by the line anyway.
fn times(amount: Money, units: u32) -> Money {
    Money::new(
        amount.minor.saturating_mul(i64::from(units)),
        amount.currency,
    )
}
