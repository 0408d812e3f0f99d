//! What points are worth and how they are earned.

use uuid::Uuid;

use crate::money::{Money, MoneyError};
use crate::percent::Percent;
use crate::promotion::ProductSelector;
use crate::tier::multiplied;

const PPM: i128 = 1_000_000;

/// How points pay for goods: so many points are worth so much money, within limits.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RedeemPolicy {
    points: u32,
    worth: Money,
    min_points: u32,
    max_share: Percent,
}

/// A rule that gives points for an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EarnRule {
    /// Row of the rule.
    pub id: Uuid,
    /// Its version.
    pub version: i32,
    /// Which goods count.
    pub products: ProductSelector,
    /// Points for each unit of money, in parts per million: 1 point per euro is one million.
    pub points_per_unit_ppm: u64,
    /// Points each time, on top.
    pub fixed_points: u32,
    /// Most points a member earns by it in a day.
    pub max_per_day: Option<u32>,
}

impl RedeemPolicy {
    /// Takes the policy: `points` are worth `worth`; at least `min_points` at once; at most `max_share` of the goods.
    ///
    /// `None` when it lets nobody spend points: a rate of zero or no share.
    #[must_use]
    pub fn try_new(points: u32, worth: Money, min_points: u32, max_share: Percent) -> Option<Self> {
        let is_on = points > 0 && worth.is_positive() && !max_share.is_zero();
        is_on.then_some(Self {
            points,
            worth,
            min_points,
            max_share,
        })
    }

    /// Gives what points are worth, rounded down.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn value_of(&self, points: u32) -> Result<Money, MoneyError> {
        let minor = i128::from(points) * i128::from(self.worth.minor) / i128::from(self.points);
        Ok(Money::new(
            i64::try_from(minor).map_err(|_too_large| MoneyError::Overflow)?,
            self.worth.currency,
        ))
    }

    /// Gives the most points that can be spent on goods of this amount after other discounts, of which `most` may still be
    /// taken off.
    ///
    /// Zero when that is less than the least number of points.
    ///
    /// # Errors
    ///
    /// [`MoneyError`]: goods in another currency, or an overflow.
    pub fn spendable(&self, goods: Money, most: Money, balance: i64) -> Result<u32, MoneyError> {
        // Also tells a foreign currency.
        goods.minus(Money::zero(self.worth.currency))?;
        let share = i128::from(goods.minor.max(0)) * i128::from(self.max_share.ppm()) / PPM;
        let off = share.min(i128::from(most.minor.max(0)));
        let by_goods = off * i128::from(self.points) / i128::from(self.worth.minor);
        let most = u32::try_from(by_goods.min(i128::from(balance.max(0)))).unwrap_or(u32::MAX);
        if most < self.min_points {
            return Ok(0);
        }
        self.without_waste(most)
    }

    /// Gives the points actually spent of those wished for, and what they take off the goods.
    ///
    /// Never more points than the money taken off is worth, never more than [`Self::spendable`].
    ///
    /// # Errors
    ///
    /// [`MoneyError`]: goods in another currency, or an overflow.
    pub fn spend(
        &self,
        wished: u32,
        goods: Money,
        most: Money,
        balance: i64,
    ) -> Result<(u32, Money), MoneyError> {
        let points = wished.min(self.spendable(goods, most, balance)?);
        if points < self.min_points {
            return Ok((0, Money::zero(self.worth.currency)));
        }
        Ok((self.without_waste(points)?, self.value_of(points)?))
    }

    /// The fewest points that are worth as much as `points`, since parts of a minor unit are worth nothing.
    fn without_waste(&self, points: u32) -> Result<u32, MoneyError> {
        let worth = i128::from(self.value_of(points)?.minor);
        let rate = i128::from(self.worth.minor);
        let needed = (worth * i128::from(self.points) + rate - 1) / rate;
        Ok(u32::try_from(needed).unwrap_or(points).min(points))
    }
}

impl EarnRule {
    /// Gives the rule as it is for members whose tier multiplies points by `thousandths`; parts of a point each time do
    /// not count, and the limit of a day stays.
    #[must_use]
    pub fn multiplied(self, thousandths: u32) -> Self {
        let fixed = multiplied(u64::from(self.fixed_points), thousandths);
        Self {
            points_per_unit_ppm: multiplied(self.points_per_unit_ppm, thousandths),
            fixed_points: u32::try_from(fixed).unwrap_or(u32::MAX),
            ..self
        }
    }

    /// Whether it asks for what products have in common beyond their maker.
    #[must_use]
    pub fn names_groups(&self) -> bool {
        self.products.only.names_groups() || self.products.except.names_groups()
    }

    /// Gives the points for goods paid for with this much money, net of tax, under promotions that multiply them by
    /// `thousandths`; parts of a point do not count, and what no ledger entry could hold is not given.
    ///
    /// `earned_today` are points the member earned by the rule since midnight; the limit of a day stays.
    #[must_use]
    pub fn multiplied_points_for(&self, paid: Money, thousandths: u64, earned_today: u32) -> u32 {
        let per_unit = u128::from(paid.currency.minor_per_major()) * PPM.unsigned_abs();
        let minor = u128::from(paid.minor.max(0).unsigned_abs());
        let by_money = minor.saturating_mul(self.points_per_unit_ppm.into()) / per_unit;
        let fixed = if paid.is_positive() {
            self.fixed_points
        } else {
            0
        };
        let points = by_money
            .saturating_add(fixed.into())
            .saturating_mul(thousandths.into())
            / 1_000;
        let points = i32::try_from(points).unwrap_or(i32::MAX).unsigned_abs();
        points.min(self.most_today(earned_today))
    }

    fn most_today(&self, earned_today: u32) -> u32 {
        self.max_per_day
            .map_or(u32::MAX, |limit| limit.saturating_sub(earned_today))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{EarnRule, RedeemPolicy};
    use crate::money::{Currency, Money};
    use crate::percent::Percent;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn half() -> Percent {
        Percent::parse("50").unwrap()
    }

    fn rule(ppm: u64) -> EarnRule {
        EarnRule {
            points_per_unit_ppm: ppm,
            ..EarnRule::default()
        }
    }

    #[test]
    fn points_are_spent_within_balance_share_and_minimum() {
        // 100 points are worth 1.00; at least 200 at once; at most half of the goods.
        let policy = RedeemPolicy::try_new(100, eur(100), 200, half()).unwrap();
        for (wished, goods, balance, points, minor) in [
            (500, 10_000, 1_000, 500, 500),
            (2_000, 10_000, 1_000, 1_000, 1_000),
            (9_000, 10_000, 9_000, 5_000, 5_000),
            (199, 10_000, 1_000, 0, 0),
            (500, 10_000, 199, 0, 0),
            (500, 399, 1_000, 0, 0),
            (500, 10_000, -50, 0, 0),
            (0, 10_000, 1_000, 0, 0),
        ] {
            assert_eq!(
                policy
                    .spend(wished, eur(goods), eur(goods), balance)
                    .unwrap(),
                (points, eur(minor)),
                "{wished} of {balance}"
            );
        }
    }

    #[test]
    fn no_point_is_wasted_on_parts_of_a_cent() {
        let policy = RedeemPolicy::try_new(3, eur(1), 0, Percent::HUNDRED).unwrap();
        let all = eur(100);
        assert_eq!(policy.spend(5, all, all, 100).unwrap(), (3, eur(1)));
        assert_eq!(policy.spend(2, all, all, 100).unwrap(), (0, eur(0)));
        assert_eq!(policy.spendable(all, all, 1_000).unwrap(), 300);
    }

    #[test]
    fn what_must_stay_is_not_paid_with_points() {
        // Half of 10.00 could be paid, but only so much may still be taken off.
        let policy = RedeemPolicy::try_new(100, eur(100), 200, half()).unwrap();
        for (most, points, minor) in [(600, 500, 500), (350, 350, 350), (199, 0, 0), (-1, 0, 0)] {
            let spent = policy.spend(900, eur(1_000), eur(most), 9_000);
            assert_eq!(spent.unwrap(), (points, eur(minor)), "{most}");
        }
    }

    #[test]
    fn a_policy_that_lets_nobody_spend_is_none() {
        assert_eq!(RedeemPolicy::try_new(0, eur(1), 0, half()), None);
        assert_eq!(RedeemPolicy::try_new(1, eur(0), 0, half()), None);
        assert_eq!(RedeemPolicy::try_new(1, eur(1), 0, Percent::ZERO), None);
    }

    #[test]
    fn points_are_earned_for_whole_parts_of_money() {
        assert_eq!(
            rule(1_000_000).multiplied_points_for(eur(1_999), 1_000, 0),
            19
        );
        assert_eq!(rule(500_000).multiplied_points_for(eur(1_999), 1_000, 0), 9);
        assert_eq!(rule(1_000_000).multiplied_points_for(eur(-5), 1_000, 0), 0);
        let yen = Money::new(1_999, Currency::parse("JPY").unwrap());
        assert_eq!(rule(10_000).multiplied_points_for(yen, 1_000, 0), 19);
        let capped = EarnRule {
            max_per_day: Some(10),
            fixed_points: 5,
            ..rule(1_000_000)
        };
        assert_eq!(capped.multiplied_points_for(eur(300), 1_000, 0), 8);
        assert_eq!(capped.multiplied_points_for(eur(300), 1_000, 9), 1);
        for (thousandths, earned_today, points) in
            [(1_000, 0, 8), (1_250, 0, 10), (2_000, 0, 10), (2_000, 7, 3)]
        {
            let multiplied = capped.multiplied_points_for(eur(300), thousandths, earned_today);
            assert_eq!(multiplied, points, "{thousandths} {earned_today}");
        }
        assert_eq!(
            rule(2_000_000_000_000).multiplied_points_for(eur(100_000), u64::MAX, 0),
            i32::MAX.unsigned_abs()
        );
        let of_tier = capped.clone().multiplied(1_500);
        assert_eq!(
            (of_tier.points_per_unit_ppm, of_tier.fixed_points),
            (1_500_000, 7)
        );
        assert_eq!(of_tier.multiplied_points_for(eur(300), 1_000, 0), 10);
        assert_eq!(capped.multiplied_points_for(eur(300), 1_000, 11), 0);
        assert_eq!(capped.multiplied_points_for(eur(0), 1_000, 0), 0);
        assert_eq!(
            rule(u64::MAX).multiplied_points_for(eur(i64::MAX), 1_000, 0),
            i32::MAX.unsigned_abs()
        );
    }

    proptest! {
        #[test]
        fn spending_stays_within_all_limits(
            points in 1_u32..10_000, worth in 1_i64..10_000, min_points in 0_u32..1_000, ppm in 1_u32..=1_000_000,
            wished in any::<u32>(), goods in 0_i64..1_000_000_000, most in -1_000_i64..1_000_000_000,
            balance in -1_000_i64..10_000_000,
        ) {
            let policy = RedeemPolicy::try_new(points, eur(worth), min_points, Percent::from_ppm(ppm).unwrap()).unwrap();
            let (spent, off) = policy.spend(wished, eur(goods), eur(most), balance).unwrap();
            assert!(off.minor <= most.max(0));
            assert!(spent <= wished && i64::from(spent) <= balance.max(0));
            assert!(off.minor >= 0 && i128::from(off.minor) * 1_000_000 <= i128::from(goods) * i128::from(ppm));
            assert_eq!(policy.value_of(spent).unwrap(), off);
        }

        #[test]
        fn extremes_do_not_panic(points in 1_u32.., worth in 1_i64.., goods in any::<i64>(), most in any::<i64>(), balance in any::<i64>(), wished in any::<u32>()) {
            let policy = RedeemPolicy::try_new(points, eur(worth), 0, Percent::HUNDRED).unwrap();
            let _ = policy.spend(wished, eur(goods), eur(most), balance);
            let _ = rule(u64::from(wished)).multiplied_points_for(eur(goods), 1_000, points);
        }
    }
}
