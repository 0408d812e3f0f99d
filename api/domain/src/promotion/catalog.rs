//! Promotions of the catalog: they lower the price of a variant that everybody is shown, before there is a cart.

use uuid::Uuid;

use super::reward::Reward;
use super::selector::{Goods, ProductSelector};
use crate::money::Money;
use crate::percent::Percent;
use crate::text_enum;

text_enum! {
    /// Where a promotion lowers prices.
    pub enum PromotionStage {
        /// In a cart, under its conditions.
        Cart = "CART",
        /// In the catalog, for everybody.
        Catalog = "CATALOG",
    }
}

/// What a promotion of the catalog does to the price of one unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reduction {
    /// The promotion.
    pub promotion_id: Uuid,
    /// Version of its rule.
    pub promotion_version: i32,
    /// Text for buyers.
    pub label: String,
    /// Lower numbers come first among equally low prices.
    pub priority: i32,
    /// What is taken off.
    pub cut: UnitCut,
}

/// How the price of one unit is lowered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UnitCut {
    /// By a percentage.
    Percent(Percent),
    /// By an amount.
    Amount(Money),
    /// To a price.
    Price(Money),
}

impl UnitCut {
    /// Reads a reward with the products it is about, all if it names none; `None` for a reward that needs a cart.
    #[must_use]
    pub fn of(reward: &Reward) -> Option<(Self, Option<&ProductSelector>)> {
        match reward {
            Reward::PercentOff(off) => Some((Self::Percent(off.percent), off.products.as_ref())),
            Reward::FixedOff(off) if off.per_unit => {
                Some((Self::Amount(off.amount), off.products.as_ref()))
            }
            Reward::FixedPrice(fixed) => Some((Self::Price(fixed.price), Some(&fixed.products))),
            Reward::FixedOff(_)
            | Reward::BuyXGetY(_)
            | Reward::EveryNth(_)
            | Reward::TieredSpend(_)
            | Reward::FreeShipping(_)
            | Reward::ShippingOff(_)
            | Reward::Gift(_)
            | Reward::PointsMultiplier(_) => None,
        }
    }

    /// Gives the lowered price, never below zero nor above what it was; `None` for amounts in another currency.
    #[must_use]
    pub fn lowered(self, price: Money) -> Option<Money> {
        let lowered = match self {
            Self::Percent(percent) => price.minus(price.percent(percent).ok()?),
            Self::Amount(amount) => price.minus(amount),
            Self::Price(fixed) => price.least(fixed),
        };
        let lowered = lowered.ok()?;
        Some(Money::new(lowered.minor.max(0), lowered.currency))
    }
}

/// Lists what the rewards of a catalog promotion do to goods.
pub fn cuts<'a>(rewards: &'a [Reward], goods: &'a Goods) -> impl Iterator<Item = UnitCut> + 'a {
    rewards.iter().filter_map(|reward| {
        let (cut, products) = UnitCut::of(reward)?;
        products
            .is_none_or(|products| products.selects(goods))
            .then_some(cut)
    })
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::{UnitCut, cuts};
    use crate::money::{Currency, Money};
    use crate::percent::Percent;
    use crate::promotion::{FixedOff, Goods, PercentOff, ProductSelector, ProductSet, Reward};

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    #[test]
    fn a_price_falls_by_a_share_by_an_amount_or_to_a_price() {
        let third = Percent::parse("33.3").unwrap();
        let jpy = Money::new(1, Currency::parse("JPY").unwrap());
        for (cut, expected) in [
            (UnitCut::Percent(third), Some(eur(666))),
            (UnitCut::Amount(eur(250)), Some(eur(749))),
            (UnitCut::Amount(eur(2_000)), Some(eur(0))),
            (UnitCut::Price(eur(500)), Some(eur(500))),
            (UnitCut::Price(eur(5_000)), Some(eur(999))),
            (UnitCut::Price(jpy), None),
        ] {
            assert_eq!(cut.lowered(eur(999)), expected, "{cut:?}");
        }
        let whole = UnitCut::Percent(Percent::parse("100").unwrap());
        assert_eq!(whole.lowered(eur(i64::MAX)), Some(eur(0)));
    }

    #[test]
    fn only_rewards_on_single_units_are_for_the_catalog() {
        let off = |per_unit, products| {
            Reward::FixedOff(FixedOff {
                amount: eur(100),
                products,
                per_unit,
            })
        };
        let cups = ProductSelector::of(ProductSet {
            product_ids: [Uuid::from_u128(1)].into(),
            ..ProductSet::default()
        });
        let percent = Percent::parse("10").unwrap();
        let rewards = [
            off(false, None),
            off(true, Some(cups)),
            Reward::PercentOff(PercentOff {
                percent,
                products: None,
            }),
        ];
        let goods = |product| Goods {
            product_id: Uuid::from_u128(product),
            ..Goods::default()
        };
        let all = [UnitCut::Amount(eur(100)), UnitCut::Percent(percent)];
        assert_eq!(cuts(&rewards, &goods(1)).collect::<Vec<_>>(), all);
        assert_eq!(cuts(&rewards, &goods(2)).collect::<Vec<_>>(), all[1..]);
    }
}
