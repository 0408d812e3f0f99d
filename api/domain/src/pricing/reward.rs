//! What one reward would take off each line, before caps.

use super::bundle::{Bundle, Units};
use super::sheet::{Bill, Sheet, weights};
use crate::money::{Money, MoneyError, allocate};
use crate::percent::Percent;
use crate::promotion::{
    Cut, DiscountBase, EvaluationReason, ProductSelector, Promotion, Refusal, Reward, TieredSpend,
};

/// Which lines a reward is about, in the order of the bill.
pub(super) struct Scope {
    /// Lines that can get it.
    gets: Vec<bool>,
    /// Lines that count as bought; empty unless the reward tells the two apart.
    buys: Vec<bool>,
}

/// What a reward would do to the goods.
pub(super) enum Wanted {
    /// Take this off each line.
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
        let lines = |products: Option<&ProductSelector>| -> Vec<bool> {
            bill.lines
                .iter()
                .map(|line| {
                    (promotion.applies_to_discounted || !line.draft.is_reduced())
                        && products.is_none_or(|products| products.selects(&line.draft.goods))
                })
                .collect()
        };
        let gets = match reward {
            Reward::PercentOff(reward) => lines(reward.products.as_ref()),
            Reward::FixedOff(reward) => lines(reward.products.as_ref()),
            Reward::TieredSpend(reward) => lines(reward.products.as_ref()),
            Reward::FixedPrice(reward) => lines(Some(&reward.products)),
            Reward::EveryNth(reward) => lines(Some(&reward.products)),
            Reward::BuyXGetY(reward) => {
                return Self {
                    gets: lines(Some(&reward.get.products)),
                    buys: lines(Some(&reward.buy.products)),
                };
            }
            Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => Vec::new(),
        };
        Self {
            gets,
            buys: Vec::new(),
        }
    }

    fn is_empty(&self) -> bool {
        !self.gets.contains(&true)
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
                if self.scope.is_empty() && !self.bill.lines.is_empty() =>
            {
                return Ok(Wanted::Refused(EvaluationReason::NoMatchingProduct.into()));
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
                return self.bundle(bundle, reward.percent, &self.scope.gets);
            }
            Reward::BuyXGetY(reward) => {
                let bundle = Bundle {
                    buy: reward.buy.quantity,
                    get: reward.get.quantity,
                    max_uses: reward.max_uses,
                };
                return self.bundle(bundle, reward.percent, &self.scope.buys);
            }
            Reward::TieredSpend(reward) => return self.tiered(reward),
        };
        Ok(Wanted::Shares(shares))
    }

    /// What each line costs as far as the reward is about it: before all discounts, or after those so far.
    fn measures(&self) -> Vec<Money> {
        let nothing = Money::zero(self.bill.currency);
        self.bill
            .lines
            .iter()
            .zip(&self.sheet.left)
            .zip(&self.scope.gets)
            .map(|((line, left), gets)| match (gets, self.promotion.base) {
                (false, _) => nothing,
                (true, DiscountBase::Base) => line.subtotal,
                (true, DiscountBase::Running) => *left,
            })
            .collect()
    }

    fn percent(&self, percent: Percent) -> Result<Vec<Money>, MoneyError> {
        let measures = self.measures();
        let sum = Money::sum(measures.iter().copied(), self.bill.currency)?;
        allocate(sum.percent(percent)?, &weights(&measures))
    }

    /// Shares an amount out by what is left of the lines.
    fn amount(&self, amount: Money) -> Result<Vec<Money>, MoneyError> {
        let nothing = Money::zero(self.bill.currency);
        let left: Vec<Money> = self
            .sheet
            .left
            .iter()
            .zip(&self.scope.gets)
            .map(|(left, gets)| if *gets { *left } else { nothing })
            .collect();
        let most = Money::sum(left.iter().copied(), self.bill.currency)?;
        allocate(amount.least(most)?, &weights(&left))
    }

    fn each(
        &self,
        off: impl Fn(Line) -> Result<Money, MoneyError>,
    ) -> Result<Vec<Money>, MoneyError> {
        self.measures()
            .into_iter()
            .zip(&self.bill.lines)
            .zip(&self.scope.gets)
            .map(|((measure, line), gets)| {
                if !gets {
                    return Ok(Money::zero(self.bill.currency));
                }
                let units = line.draft.quantity.get();
                off(Line { measure, units })
            })
            .collect()
    }

    fn bundle(
        &self,
        bundle: Bundle,
        percent: Percent,
        buys: &[bool],
    ) -> Result<Wanted, MoneyError> {
        let units: Vec<Units> = self
            .amounts()
            .zip(&self.bill.lines)
            .zip(buys.iter().zip(&self.scope.gets))
            .map(|((amount, line), (buys, gets))| Units {
                count: line.draft.quantity.get(),
                amount: amount.minor,
                buys: *buys,
                gets: *gets,
            })
            .collect();
        let cheaper = match bundle.cheaper(&units) {
            Ok(cheaper) => cheaper,
            Err(_) if !buys.contains(&true) && !units.is_empty() => {
                return Ok(Wanted::Refused(EvaluationReason::NoMatchingProduct.into()));
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

    /// What each line costs, whether the reward is about it or not.
    fn amounts(&self) -> impl Iterator<Item = Money> {
        let base = self.promotion.base;
        let lines = self.bill.lines.iter().zip(&self.sheet.left);
        lines.map(move |(line, left)| match base {
            DiscountBase::Base => line.subtotal,
            DiscountBase::Running => *left,
        })
    }

    /// What is spent decides the tier, before any discount, so that one discount does not undo another.
    fn tiered(&self, reward: &TieredSpend) -> Result<Wanted, MoneyError> {
        let subtotals = self
            .bill
            .lines
            .iter()
            .zip(&self.scope.gets)
            .filter(|(_, gets)| **gets)
            .map(|(line, _)| line.subtotal);
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
