//! What one reward would take off each line, before caps.

use super::bundle::{Bundle, Units};
use super::draft::DraftLine;
use super::sheet::{Bill, BillLine, Sheet, weights};
use crate::money::{Money, MoneyError, allocate};
use crate::percent::Percent;
use crate::promotion::{
    Cut, DiscountBase, EvaluationReason, Promotion, Refusal, Reward, TieredSpend,
};

/// The lines a reward is about, in the order of the bill; most rewards are about few of them. Unless it tells bought
/// lines apart, all of them can get it.
#[derive(Default)]
pub(super) struct Scope {
    lines: Vec<ScopeLine>,
    /// Whether a line it would be about is kept out by its price for members.
    lacks_member_lines: bool,
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

/// What a reward would do to the goods.
pub(super) enum Wanted {
    /// Take this off each line of the scope.
    Shares(Vec<Money>),
    /// Nothing, for this reason.
    Refused(Refusal),
    /// Nothing: it is about shipping, gifts or points.
    Elsewhere,
}

/// A reward of a promotion while stages are gone through.
pub(super) struct Offer<'a> {
    pub(super) promotion: &'a Promotion,
    pub(super) scope: &'a Scope,
    pub(super) bill: &'a Bill<'a>,
    pub(super) sheet: &'a Sheet,
}

impl Scope {
    pub(super) fn new(promotion: &Promotion, reward: &Reward, bill: &Bill<'_>) -> Self {
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
            | Reward::PointsMultiplier(_) => return Self::default(),
        };
        let admission = promotion.admission();
        let mut scope = Self::default();
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
        scope
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

    fn gets_nothing(&self) -> bool {
        !self.lines.iter().any(|line| line.gets)
    }

    fn buys_nothing(&self) -> bool {
        !self.lines.iter().any(|line| line.buys)
    }
}

impl Offer<'_> {
    /// Gives what a reward would take off each line.
    pub(super) fn wanted(&self, reward: &Reward) -> Result<Wanted, MoneyError> {
        let shares = match reward {
            Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => {
                return Ok(Wanted::Elsewhere);
            }
            Reward::PercentOff(_)
            | Reward::FixedOff(_)
            | Reward::FixedPrice(_)
            | Reward::BuyXGetY(_)
            | Reward::EveryNth(_)
            | Reward::TieredSpend(_)
                if self.scope.gets_nothing() && !self.bill.lines.is_empty() =>
            {
                return Ok(Wanted::Refused(self.scope.emptiness()));
            }
            Reward::PercentOff(reward) => self.percent(reward.percent)?,
            Reward::FixedOff(reward) if reward.per_unit => {
                self.each(|line| Ok(times(reward.amount, line.units)))?
            }
            Reward::FixedOff(reward) => self.amount(reward.amount)?,
            Reward::FixedPrice(reward) => self.each(|line| {
                let price = times(reward.price, line.units).least(line.measure)?;
                line.measure.minus(price)
            })?,
            Reward::EveryNth(reward) => {
                let bundle = Bundle {
                    buy: reward.nth.saturating_sub(1),
                    get: 1,
                    max_uses: reward.max_uses,
                };
                return self.bundle(bundle, reward.percent);
            }
            Reward::BuyXGetY(reward) => {
                let bundle = Bundle {
                    buy: reward.buy.quantity,
                    get: reward.get.quantity,
                    max_uses: reward.max_uses,
                };
                return self.bundle(bundle, reward.percent);
            }
            Reward::TieredSpend(reward) => return self.tiered(reward),
        };
        Ok(Wanted::Shares(shares))
    }

    /// The lines of the scope, each with its place in the bill and what it costs: before all discounts, or after those
    /// so far.
    fn lines(&self) -> impl Iterator<Item = (ScopeLine, &BillLine<'_>, Money)> {
        self.scope.lines.iter().filter_map(|scoped| {
            let line = self.bill.lines.get(scoped.place)?;
            let amount = match self.promotion.base {
                DiscountBase::Base => line.subtotal,
                DiscountBase::Running => *self.sheet.left.get(scoped.place)?,
            };
            Some((*scoped, line, amount))
        })
    }

    fn percent(&self, percent: Percent) -> Result<Vec<Money>, MoneyError> {
        let measures: Vec<Money> = self.lines().map(|(_, _, amount)| amount).collect();
        let sum = Money::sum(measures.iter().copied(), self.bill.currency)?;
        allocate(sum.percent(percent)?, &weights(&measures))
    }

    /// Shares an amount out by what is left of the lines.
    fn amount(&self, amount: Money) -> Result<Vec<Money>, MoneyError> {
        let scoped = self.scope.lines.iter();
        let left: Vec<Money> = scoped
            .filter_map(|scoped| self.sheet.left.get(scoped.place).copied())
            .collect();
        let most = Money::sum(left.iter().copied(), self.bill.currency)?;
        allocate(amount.least(most)?, &weights(&left))
    }

    fn each(
        &self,
        off: impl Fn(Line) -> Result<Money, MoneyError>,
    ) -> Result<Vec<Money>, MoneyError> {
        self.lines()
            .map(|(_, line, measure)| {
                let units = line.draft.quantity.get();
                off(Line { measure, units })
            })
            .collect()
    }

    fn bundle(&self, bundle: Bundle, percent: Percent) -> Result<Wanted, MoneyError> {
        let units: Vec<Units> = self
            .lines()
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

    /// What is spent decides the tier, before any discount, so that one discount does not undo another.
    fn tiered(&self, reward: &TieredSpend) -> Result<Wanted, MoneyError> {
        let subtotals = self.lines().map(|(_, line, _)| line.subtotal);
        let spent = Money::sum(subtotals, self.bill.currency)?;
        let reached = reward
            .tiers
            .iter()
            .filter(|tier| tier.min_subtotal.minor <= spent.minor)
            .max_by_key(|tier| tier.min_subtotal.minor);
        let Some(tier) = reached else {
            let lowest = reward.tiers.iter().map(|tier| tier.min_subtotal);
            let Some(lowest) = lowest.min_by_key(|least| least.minor) else {
                return Ok(Wanted::Shares(Vec::new()));
            };
            return Ok(Wanted::Refused(Refusal::spend(lowest.minus(spent)?)));
        };
        let shares = match tier.cut {
            Cut::Percent(percent) => self.percent(percent)?,
            Cut::Amount(amount) => {
                let fits = spent
                    .minor
                    .checked_div(tier.min_subtotal.minor)
                    .unwrap_or(1);
                let count = if reward.repeats { fits } else { 1 };
                let minor = amount.minor.saturating_mul(count);
                self.amount(Money::new(minor, amount.currency))?
            }
        };
        Ok(Wanted::Shares(shares))
    }
}

/// A line a reward is about.
struct Line {
    measure: Money,
    units: u32,
}

/// So many times an amount, or the most there is: what is taken off is capped by the line anyway.
fn times(amount: Money, units: u32) -> Money {
    Money::new(
        amount.minor.saturating_mul(i64::from(units)),
        amount.currency,
    )
}
