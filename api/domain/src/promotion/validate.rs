//! Whether a rule makes sense, before it is stored.

use super::rule::{Condition, Cut, Reward, TieredSpend};
use super::selector::{MAX_SELECTED, ProductSelector};
use crate::money::{Currency, Money};

/// Most conditions of one promotion, those inside of others counted too.
pub const MAX_CONDITIONS: usize = 20;
/// Most rewards of one promotion.
pub const MAX_REWARDS: usize = 10;
/// Most tiers of one reward.
pub const MAX_TIERS: usize = 20;
/// Highest factor on points, in thousandths.
pub const MAX_POINTS_FACTOR: u32 = 100_000;

/// Why a rule is refused. `index` is the place in the list, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// More conditions than allowed.
    #[error("a promotion may have at most {MAX_CONDITIONS} conditions")]
    TooManyConditions,
    /// No reward, or more than allowed.
    #[error("a promotion has 1 to {MAX_REWARDS} rewards")]
    RewardCount,
    /// A condition is refused.
    #[error("{problem}")]
    Condition {
        /// Its place.
        index: usize,
        /// What is wrong with it.
        problem: PartError,
    },
    /// A reward is refused.
    #[error("{problem}")]
    Reward {
        /// Its place.
        index: usize,
        /// What is wrong with it.
        problem: PartError,
    },
}

/// What is wrong with a condition or a reward.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartError {
    /// It asks for or gives nothing.
    #[error("this must ask for or give more than nothing")]
    Empty,
    /// An amount is in another currency than the channel's.
    #[error("amounts must be in {expected}")]
    Currency {
        /// The channel's currency.
        expected: Currency,
    },
    /// It names more than allowed.
    #[error("a choice names at most {MAX_SELECTED} ids and texts")]
    TooManySelected,
    /// A choice between conditions stands inside of another.
    #[error("a choice between conditions cannot hold another one")]
    Nested,
    /// Tiers are missing, too many, or do not rise.
    #[error("there are 1 to {MAX_TIERS} tiers, each asking for more than the one before")]
    Tiers,
    /// Every first unit is no sequence.
    #[error("the sequence must be at least every second unit")]
    Sequence,
    /// The hours are none of a day, or none at all.
    #[error("the first hour is 0 to 23, the end 1 to 24, and the two differ")]
    Hours,
    /// The factor is one or less, or absurd.
    #[error("the factor lies above 1 and up to {}", MAX_POINTS_FACTOR / 1000)]
    Factor,
}

/// Checks the rule of a promotion for a channel with this currency.
///
/// # Errors
///
/// [`RuleError`], naming the first condition or reward at fault.
pub fn validate(
    conditions: &[Condition],
    rewards: &[Reward],
    currency: Currency,
) -> Result<(), RuleError> {
    let count: usize = conditions.iter().map(weight).sum();
    if count > MAX_CONDITIONS {
        return Err(RuleError::TooManyConditions);
    }
    if rewards.is_empty() || rewards.len() > MAX_REWARDS {
        return Err(RuleError::RewardCount);
    }
    for (index, condition) in conditions.iter().enumerate() {
        check_condition(condition, currency)
            .map_err(|problem| RuleError::Condition { index, problem })?;
    }
    for (index, reward) in rewards.iter().enumerate() {
        check_reward(reward, currency).map_err(|problem| RuleError::Reward { index, problem })?;
    }
    Ok(())
}

fn weight(condition: &Condition) -> usize {
    match condition {
        Condition::AnyOf(any) => any.len().saturating_add(1),
        Condition::MinSubtotal(_)
        | Condition::MinQuantity(_)
        | Condition::Products(_)
        | Condition::ProductsSubtotal(_)
        | Condition::FirstOrder
        | Condition::CountryCodes(_)
        | Condition::MemberTiers(_)
        | Condition::Segments(_)
        | Condition::CouponEntered
        | Condition::Weekdays(_)
        | Condition::Hours(_) => 1,
    }
}

fn check_condition(condition: &Condition, currency: Currency) -> Result<(), PartError> {
    match condition {
        Condition::MinSubtotal(amount) => positive(*amount, currency),
        Condition::MinQuantity(quantity) => more(*quantity > 0),
        Condition::Products(wanted) => {
            more(wanted.quantity > 0)?;
            selector(&wanted.products)
        }
        Condition::ProductsSubtotal(wanted) => {
            positive(wanted.amount, currency)?;
            selector(&wanted.products)
        }
        Condition::FirstOrder | Condition::CouponEntered => Ok(()),
        Condition::CountryCodes(countries) => more(!countries.is_empty()),
        Condition::MemberTiers(ids) | Condition::Segments(ids) => {
            more(!ids.is_empty())?;
            let is_small = ids.len() <= MAX_SELECTED;
            is_small.then_some(()).ok_or(PartError::TooManySelected)
        }
        Condition::Weekdays(days) => more(!days.is_empty()),
        Condition::Hours(span) => {
            let is_span =
                span.from < 24 && (1..=24).contains(&span.until) && span.from != span.until;
            is_span.then_some(()).ok_or(PartError::Hours)
        }
        Condition::AnyOf(any) => {
            more(!any.is_empty())?;
            any.iter().try_for_each(|inner| match inner {
                Condition::AnyOf(_) => Err(PartError::Nested),
                Condition::MinSubtotal(_)
                | Condition::MinQuantity(_)
                | Condition::Products(_)
                | Condition::ProductsSubtotal(_)
                | Condition::FirstOrder
                | Condition::CountryCodes(_)
                | Condition::MemberTiers(_)
                | Condition::Segments(_)
                | Condition::CouponEntered
                | Condition::Weekdays(_)
                | Condition::Hours(_) => check_condition(inner, currency),
            })
        }
    }
}

fn check_reward(reward: &Reward, currency: Currency) -> Result<(), PartError> {
    let optional = |products: &Option<ProductSelector>| products.as_ref().map_or(Ok(()), selector);
    match reward {
        Reward::PercentOff(reward) => {
            more(!reward.percent.is_zero())?;
            optional(&reward.products)
        }
        Reward::FixedOff(reward) => {
            positive(reward.amount, currency)?;
            optional(&reward.products)
        }
        Reward::FixedPrice(reward) => {
            same(reward.price, currency)?;
            more(!reward.price.is_negative())?;
            selector(&reward.products)
        }
        Reward::BuyXGetY(reward) => {
            let gives = reward.buy.quantity > 0
                && reward.get.quantity > 0
                && !reward.percent.is_zero()
                && reward.max_uses != Some(0);
            more(gives)?;
            selector(&reward.buy.products)?;
            selector(&reward.get.products)
        }
        Reward::EveryNth(reward) => {
            more(!reward.percent.is_zero() && reward.max_uses != Some(0))?;
            if reward.nth < 2 {
                return Err(PartError::Sequence);
            }
            selector(&reward.products)
        }
        Reward::TieredSpend(reward) => {
            tiers(reward, currency)?;
            optional(&reward.products)
        }
        Reward::FreeShipping(reward) => {
            let is_small = reward.shipping_method_ids.len() <= MAX_SELECTED;
            is_small.then_some(()).ok_or(PartError::TooManySelected)?;
            reward
                .max_price
                .map_or(Ok(()), |most| positive(most, currency))
        }
        Reward::ShippingOff(reward) => {
            let is_small = reward.shipping_method_ids.len() <= MAX_SELECTED;
            is_small.then_some(()).ok_or(PartError::TooManySelected)?;
            cut(reward.cut, currency)
        }
        Reward::PointsMultiplier(reward) => (1_001..=MAX_POINTS_FACTOR)
            .contains(&reward.thousandths)
            .then_some(())
            .ok_or(PartError::Factor),
    }
}

fn tiers(reward: &TieredSpend, currency: Currency) -> Result<(), PartError> {
    let mut least = 0;
    if reward.tiers.is_empty() || reward.tiers.len() > MAX_TIERS {
        return Err(PartError::Tiers);
    }
    for tier in &reward.tiers {
        same(tier.min_subtotal, currency)?;
        if tier.min_subtotal.minor <= least {
            return Err(PartError::Tiers);
        }
        least = tier.min_subtotal.minor;
        cut(tier.cut, currency)?;
    }
    Ok(())
}

fn cut(cut: Cut, currency: Currency) -> Result<(), PartError> {
    match cut {
        Cut::Percent(percent) => more(!percent.is_zero()),
        Cut::Amount(amount) => positive(amount, currency),
    }
}

fn selector(selector: &ProductSelector) -> Result<(), PartError> {
    if selector.len() > MAX_SELECTED {
        return Err(PartError::TooManySelected);
    }
    Ok(())
}

fn positive(amount: Money, currency: Currency) -> Result<(), PartError> {
    same(amount, currency)?;
    more(amount.is_positive())
}

fn same(amount: Money, currency: Currency) -> Result<(), PartError> {
    if amount.currency == currency {
        Ok(())
    } else {
        Err(PartError::Currency { expected: currency })
    }
}

fn more(is_more_than_nothing: bool) -> Result<(), PartError> {
    is_more_than_nothing.then_some(()).ok_or(PartError::Empty)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use uuid::Uuid;

    use super::{PartError, RuleError, validate};
    use crate::address::CountryCode;
    use crate::money::{Currency, Money};
    use crate::percent::Percent;
    use crate::promotion::{
        BuyXGetY, Condition, Cut, EveryNth, FixedPrice, FreeShipping, HourSpan, PercentOff,
        PointsMultiplier, ProductAmount, ProductQuantity, ProductSelector, ProductSet, Reward,
        ShippingOff, SpendTier, TieredSpend,
    };
    use crate::time_zone::Weekday;

    fn eur(minor: i64) -> Money {
        Money::new(minor, Currency::parse("EUR").unwrap())
    }

    fn yen(minor: i64) -> Money {
        Money::new(minor, Currency::parse("JPY").unwrap())
    }

    fn units(quantity: u32) -> ProductQuantity {
        ProductQuantity {
            products: ProductSelector::default(),
            quantity,
        }
    }

    fn hours(from: u32, until: u32) -> Condition {
        Condition::Hours(HourSpan { from, until })
    }

    fn too_many() -> ProductSelector {
        ProductSelector::of(ProductSet {
            product_ids: (0..501).map(Uuid::from_u128).collect(),
            ..ProductSet::default()
        })
    }

    fn bundle(buy: u32, get: u32, percent: Percent) -> Reward {
        Reward::BuyXGetY(Box::new(BuyXGetY {
            buy: units(buy),
            get: units(get),
            percent,
            max_uses: None,
        }))
    }

    fn ladder(tiers: &[(i64, Cut)]) -> Reward {
        Reward::TieredSpend(TieredSpend {
            tiers: tiers
                .iter()
                .map(|(least, cut)| SpendTier {
                    min_subtotal: eur(*least),
                    cut: *cut,
                })
                .collect(),
            products: None,
            repeats: false,
        })
    }

    fn nth(nth: u32) -> Reward {
        Reward::EveryNth(EveryNth {
            products: ProductSelector::default(),
            nth,
            percent: Percent::HUNDRED,
            max_uses: None,
        })
    }

    #[test]
    fn good_rules_pass() {
        let all = Percent::HUNDRED;
        let conditions = [
            Condition::MinSubtotal(eur(1)),
            Condition::MinQuantity(1),
            Condition::Products(units(1)),
            Condition::ProductsSubtotal(ProductAmount {
                products: ProductSelector::default(),
                amount: eur(1),
            }),
            Condition::CouponEntered,
            Condition::MemberTiers(BTreeSet::from([Uuid::nil()])),
            Condition::Weekdays(BTreeSet::from([Weekday::Friday])),
            Condition::Hours(HourSpan { from: 22, until: 2 }),
            Condition::AnyOf(vec![
                Condition::FirstOrder,
                Condition::CountryCodes(vec![CountryCode::parse("DE").unwrap()]),
            ]),
        ];
        let rewards = [
            Reward::percent_off(all),
            Reward::fixed_off(eur(1)),
            Reward::FixedPrice(FixedPrice {
                price: eur(0),
                products: ProductSelector::default(),
            }),
            bundle(1, 1, all),
            nth(2),
            ladder(&[(1, Cut::Percent(all)), (2, Cut::Amount(eur(1)))]),
            Reward::free_shipping(),
            Reward::ShippingOff(ShippingOff {
                cut: Cut::Percent(all),
                shipping_method_ids: BTreeSet::new(),
            }),
            Reward::PointsMultiplier(PointsMultiplier { thousandths: 2_000 }),
        ];
        assert_eq!(validate(&conditions, &rewards, eur(0).currency), Ok(()));
    }

    #[test]
    fn conditions_at_fault_are_named() {
        let foreign = PartError::Currency {
            expected: eur(0).currency,
        };
        let free = [Reward::free_shipping()];
        for (condition, problem) in [
            (Condition::MinSubtotal(eur(0)), PartError::Empty),
            (Condition::MinSubtotal(yen(1)), foreign),
            (Condition::MinQuantity(0), PartError::Empty),
            (Condition::Products(units(0)), PartError::Empty),
            (
                Condition::Products(ProductQuantity {
                    products: too_many(),
                    quantity: 1,
                }),
                PartError::TooManySelected,
            ),
            (
                Condition::ProductsSubtotal(ProductAmount {
                    products: ProductSelector::default(),
                    amount: yen(5),
                }),
                foreign,
            ),
            (Condition::CountryCodes(vec![]), PartError::Empty),
            (Condition::MemberTiers(BTreeSet::new()), PartError::Empty),
            (
                Condition::Segments((0..501).map(Uuid::from_u128).collect()),
                PartError::TooManySelected,
            ),
            (Condition::Weekdays(BTreeSet::new()), PartError::Empty),
            (hours(24, 5), PartError::Hours),
            (hours(5, 25), PartError::Hours),
            (hours(5, 0), PartError::Hours),
            (hours(5, 5), PartError::Hours),
            (Condition::AnyOf(vec![]), PartError::Empty),
            (
                Condition::AnyOf(vec![Condition::AnyOf(vec![Condition::FirstOrder])]),
                PartError::Nested,
            ),
            (
                Condition::AnyOf(vec![Condition::MinQuantity(0)]),
                PartError::Empty,
            ),
        ] {
            let conditions = [Condition::FirstOrder, condition];
            assert_eq!(
                validate(&conditions, &free, eur(0).currency),
                Err(RuleError::Condition { index: 1, problem }),
                "{conditions:?}"
            );
        }
    }

    #[test]
    fn rewards_at_fault_are_named() {
        let foreign = PartError::Currency {
            expected: eur(0).currency,
        };
        let (none, all) = (Percent::ZERO, Percent::HUNDRED);
        for (reward, problem) in [
            (Reward::percent_off(none), PartError::Empty),
            (
                Reward::PercentOff(PercentOff {
                    percent: all,
                    products: Some(too_many()),
                }),
                PartError::TooManySelected,
            ),
            (Reward::fixed_off(eur(-1)), PartError::Empty),
            (Reward::fixed_off(yen(1)), foreign),
            (
                Reward::FixedPrice(FixedPrice {
                    price: eur(-1),
                    products: ProductSelector::default(),
                }),
                PartError::Empty,
            ),
            (bundle(0, 1, all), PartError::Empty),
            (bundle(1, 0, all), PartError::Empty),
            (bundle(1, 1, none), PartError::Empty),
            (nth(1), PartError::Sequence),
            (ladder(&[]), PartError::Tiers),
            (
                ladder(&[(5, Cut::Percent(all)), (5, Cut::Percent(all))]),
                PartError::Tiers,
            ),
            (ladder(&[(0, Cut::Percent(all))]), PartError::Tiers),
            (ladder(&[(5, Cut::Amount(yen(1)))]), foreign),
            (
                Reward::FreeShipping(FreeShipping {
                    max_price: Some(eur(0)),
                    ..FreeShipping::default()
                }),
                PartError::Empty,
            ),
            (
                Reward::PointsMultiplier(PointsMultiplier { thousandths: 1_000 }),
                PartError::Factor,
            ),
            (
                Reward::PointsMultiplier(PointsMultiplier {
                    thousandths: 100_001,
                }),
                PartError::Factor,
            ),
        ] {
            let rewards = [reward];
            assert_eq!(
                validate(&[], &rewards, eur(0).currency),
                Err(RuleError::Reward { index: 0, problem }),
                "{rewards:?}"
            );
        }
    }

    #[test]
    fn the_size_of_a_rule_is_limited() {
        let free = [Reward::free_shipping()];
        assert_eq!(
            validate(&[], &[], eur(0).currency),
            Err(RuleError::RewardCount)
        );
        let many = vec![Reward::free_shipping(); 11];
        assert_eq!(
            validate(&[], &many, eur(0).currency),
            Err(RuleError::RewardCount)
        );
        for conditions in [
            vec![Condition::FirstOrder; 21],
            vec![Condition::AnyOf(vec![Condition::FirstOrder; 10_000])],
        ] {
            assert_eq!(
                validate(&conditions, &free, eur(0).currency),
                Err(RuleError::TooManyConditions)
            );
        }
    }
}
