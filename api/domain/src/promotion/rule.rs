//! What a promotion asks for and what it grants, as stored with it.
//!
//! Both enums are tagged by their snake-case name, so that new variants leave stored rules readable.

use serde::{Deserialize, Serialize};

use crate::address::CountryCode;
use crate::money::{Currency, Money};
use crate::percent::Percent;

/// Most conditions of one promotion.
pub const MAX_CONDITIONS: usize = 20;
/// Most rewards of one promotion.
pub const MAX_REWARDS: usize = 10;

/// One condition; all of a promotion must hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Condition {
    /// Goods cost at least this, before any discount.
    MinSubtotal(Money),
    /// At least this many units.
    MinQuantity(u32),
    /// The buyer never ordered before.
    FirstOrder,
    /// Ships to one of these.
    CountryCodes(Vec<CountryCode>),
}

/// One reward.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reward {
    /// A percentage off all goods.
    PercentOff(Percent),
    /// An amount off all goods together.
    FixedOff(Money),
    /// Shipping for free.
    FreeShipping {
        /// Only up to this price of shipping; any price if left out.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        max_price: Option<Money>,
    },
}

/// Why a rule is refused. `index` is the place in the list, from 0.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RuleError {
    /// More conditions than allowed.
    #[error("a promotion may have at most {MAX_CONDITIONS} conditions")]
    TooManyConditions,
    /// No reward, or more than allowed.
    #[error("a promotion has 1 to {MAX_REWARDS} rewards")]
    RewardCount,
    /// A condition asks for nothing or for the impossible.
    #[error("this condition must ask for more than nothing")]
    EmptyCondition {
        /// Its place.
        index: usize,
    },
    /// A condition's amount is in another currency than the channel's.
    #[error("amounts must be in {expected}")]
    ConditionCurrency {
        /// Its place.
        index: usize,
        /// The channel's currency.
        expected: Currency,
    },
    /// A reward gives nothing.
    #[error("this reward must give more than nothing")]
    EmptyReward {
        /// Its place.
        index: usize,
    },
    /// A reward's amount is in another currency than the channel's.
    #[error("amounts must be in {expected}")]
    RewardCurrency {
        /// Its place.
        index: usize,
        /// The channel's currency.
        expected: Currency,
    },
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
    if conditions.len() > MAX_CONDITIONS {
        return Err(RuleError::TooManyConditions);
    }
    if rewards.is_empty() || rewards.len() > MAX_REWARDS {
        return Err(RuleError::RewardCount);
    }
    for (index, condition) in conditions.iter().enumerate() {
        let asks = match condition {
            Condition::MinSubtotal(amount) if amount.currency != currency => {
                return Err(RuleError::ConditionCurrency {
                    index,
                    expected: currency,
                });
            }
            Condition::MinSubtotal(amount) => amount.is_positive(),
            Condition::MinQuantity(quantity) => *quantity > 0,
            Condition::FirstOrder => true,
            Condition::CountryCodes(countries) => !countries.is_empty(),
        };
        if !asks {
            return Err(RuleError::EmptyCondition { index });
        }
    }
    for (index, reward) in rewards.iter().enumerate() {
        let gives = match reward {
            Reward::FixedOff(amount) if amount.currency != currency => {
                return Err(RuleError::RewardCurrency {
                    index,
                    expected: currency,
                });
            }
            Reward::FreeShipping {
                max_price: Some(most),
            } if most.currency != currency => {
                return Err(RuleError::RewardCurrency {
                    index,
                    expected: currency,
                });
            }
            Reward::PercentOff(percent) => !percent.is_zero(),
            Reward::FixedOff(amount) => amount.is_positive(),
            Reward::FreeShipping { max_price } => max_price.is_none_or(Money::is_positive),
        };
        if !gives {
            return Err(RuleError::EmptyReward { index });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{Condition, Reward, RuleError, validate};
    use crate::address::CountryCode;
    use crate::money::{Currency, Money};
    use crate::percent::Percent;

    fn eur() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn yen(minor: i64) -> Money {
        Money::new(minor, Currency::parse("JPY").unwrap())
    }

    #[test]
    fn good_rules_pass() {
        let conditions = [
            Condition::MinSubtotal(Money::new(1, eur())),
            Condition::MinQuantity(1),
            Condition::FirstOrder,
            Condition::CountryCodes(vec![CountryCode::parse("DE").unwrap()]),
        ];
        let rewards = [
            Reward::PercentOff(Percent::HUNDRED),
            Reward::FreeShipping { max_price: None },
        ];
        assert_eq!(validate(&conditions, &rewards, eur()), Ok(()));
    }

    #[test]
    fn empty_and_foreign_parts_are_named() {
        let free = [Reward::FreeShipping { max_price: None }];
        let cases: [(&[Condition], &[Reward], RuleError); 8] = [
            (&[], &[], RuleError::RewardCount),
            (
                &[Condition::MinSubtotal(Money::zero(eur()))],
                &free,
                RuleError::EmptyCondition { index: 0 },
            ),
            (
                &[Condition::FirstOrder, Condition::MinSubtotal(yen(1))],
                &free,
                RuleError::ConditionCurrency {
                    index: 1,
                    expected: eur(),
                },
            ),
            (
                &[Condition::MinQuantity(0)],
                &free,
                RuleError::EmptyCondition { index: 0 },
            ),
            (
                &[Condition::CountryCodes(vec![])],
                &free,
                RuleError::EmptyCondition { index: 0 },
            ),
            (
                &[],
                &[Reward::PercentOff(Percent::ZERO)],
                RuleError::EmptyReward { index: 0 },
            ),
            (
                &[],
                &[Reward::FixedOff(Money::new(-1, eur()))],
                RuleError::EmptyReward { index: 0 },
            ),
            (
                &[],
                &[Reward::FixedOff(yen(1))],
                RuleError::RewardCurrency {
                    index: 0,
                    expected: eur(),
                },
            ),
        ];
        for (conditions, rewards, expected) in cases {
            assert_eq!(validate(conditions, rewards, eur()), Err(expected));
        }
        let many = vec![Condition::FirstOrder; 21];
        assert_eq!(
            validate(&many, &free, eur()),
            Err(RuleError::TooManyConditions)
        );
    }

    #[test]
    fn rules_are_stored_under_their_names() {
        let rewards = vec![
            Reward::PercentOff(Percent::parse("10").unwrap()),
            Reward::FreeShipping { max_price: None },
        ];
        let json = serde_json::to_string(&rewards).unwrap();
        assert_eq!(json, r#"[{"percent_off":100000},{"free_shipping":{}}]"#);
        assert_eq!(serde_json::from_str::<Vec<Reward>>(&json).unwrap(), rewards);
        let condition = Condition::MinSubtotal(Money::new(5000, eur()));
        assert_eq!(
            serde_json::to_string(&condition).unwrap(),
            r#"{"min_subtotal":{"minor":5000,"currency":"EUR"}}"#
        );
    }
}
