//! Whether a rule makes sense, before it is stored.

use std::collections::BTreeSet;

use super::catalog::{PromotionStage, UnitCut};
use super::condition::Condition;
use super::reward::{Cut, Gift, Reward, TieredSpend};
use super::selector::{MAX_SELECTED, ProductSelector};
use crate::money::{Currency, Money};

/// Most conditions of one promotion, those inside of others counted too.
pub const MAX_CONDITIONS: usize = 20;
/// Most rewards of one promotion.
pub const MAX_REWARDS: usize = 10;
/// Most tiers of one reward.
pub const MAX_TIERS: usize = 20;
/// Most gifts one reward gives to choose from.
const MAX_GIFTS: usize = 20;
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
    /// More gifts to choose from than allowed.
    #[error("there are at most {MAX_GIFTS} gifts to choose from")]
    TooManyGifts,
    /// A promotion names a gift twice.
    #[error("a promotion names each gift once")]
    GiftTwice,
    /// It needs a cart.
    #[error("a promotion of the catalog cannot ask for or give this: it needs a cart")]
    NeedsCart,
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
    gifts_differ(rewards)
}

/// A gift becomes a line known by promotion and variant, so that a promotion cannot give one variant as two.
fn gifts_differ(rewards: &[Reward]) -> Result<(), RuleError> {
    let mut named = BTreeSet::new();
    for (index, reward) in rewards.iter().enumerate() {
        let mut variants = reward.gift().into_iter().flat_map(Gift::variant_ids);
        if !variants.all(|id| named.insert(id)) {
            let problem = PartError::GiftTwice;
            return Err(RuleError::Reward { index, problem });
        }
    }
    Ok(())
}

/// Checks that a rule can do what it does where it does it: the catalog knows no cart.
///
/// # Errors
///
/// [`RuleError`], naming the first condition or reward that needs a cart.
pub fn validate_stage(
    conditions: &[Condition],
    rewards: &[Reward],
    stage: PromotionStage,
) -> Result<(), RuleError> {
    if stage == PromotionStage::Cart {
        return Ok(());
    }
    let problem = PartError::NeedsCart;
    if !conditions.is_empty() {
        return Err(RuleError::Condition { index: 0, problem });
    }
    let stray = rewards
        .iter()
        .position(|reward| UnitCut::of(reward).is_none());
    stray.map_or(Ok(()), |index| Err(RuleError::Reward { index, problem }))
}

fn weight(condition: &Condition) -> usize {
    match condition {
        Condition::AnyOf(any) => any.len().saturating_add(1),
        Condition::MinSubtotal(_)
        | Condition::MinQuantity(_)
        | Condition::Products(_)
        | Condition::ProductsSubtotal(_)
        | Condition::FirstOrder
        | Condition::Channels(_)
        | Condition::Currencies(_)
        | Condition::CountryCodes(_)
        | Condition::MemberTiers(_)
        | Condition::Segments(_)
        | Condition::PaymentMethods(_)
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
        Condition::Channels(slugs) => some(slugs.len()),
        Condition::Currencies(currencies) => some(currencies.len()),
        Condition::CountryCodes(countries) => more(!countries.is_empty()),
        Condition::MemberTiers(ids) | Condition::Segments(ids) | Condition::PaymentMethods(ids) => {
            some(ids.len())
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
                | Condition::Channels(_)
                | Condition::Currencies(_)
                | Condition::CountryCodes(_)
                | Condition::MemberTiers(_)
                | Condition::Segments(_)
                | Condition::PaymentMethods(_)
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
        Reward::Gift(gift) => {
            more(gift.quantity > 0)?;
            let is_small = gift.other_variant_ids.len() < MAX_GIFTS;
            is_small.then_some(()).ok_or(PartError::TooManyGifts)
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

/// Some of a kind are named, and not too many.
fn some(count: usize) -> Result<(), PartError> {
    more(count > 0)?;
    let is_small = count <= MAX_SELECTED;
    is_small.then_some(()).ok_or(PartError::TooManySelected)
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
mod tests;
