use async_graphql::{InputObject, OneofObject, SimpleObject};
use domain::percent::Percent;
use domain::promotion::{Condition, Reward};

use crate::error::Error;
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::scalar::{CountryCode, Decimal};

/// One condition; exactly one field is set, named as in PromotionConditionInput.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(super) struct PromotionCondition {
    /// Goods cost at least this.
    min_subtotal: Option<Money>,
    /// At least this many units.
    min_quantity: Option<i32>,
    /// First order.
    first_order: Option<bool>,
    /// Ships to one of these.
    country_codes: Option<Vec<CountryCode>>,
}

/// One condition: set exactly one field.
#[derive(Clone, Debug, OneofObject)]
pub(super) enum PromotionConditionInput {
    /// Goods cost at least this.
    MinSubtotal(MoneyInput),
    /// At least this many units.
    MinQuantity(i32),
    /// First order.
    FirstOrder(bool),
    /// Ships to one of these.
    CountryCodes(Vec<CountryCode>),
}

/// One reward; exactly one field is set, named as in PromotionRewardInput.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(super) struct PromotionReward {
    /// A percentage off.
    percent_off: Option<PercentOffReward>,
    /// An amount off.
    fixed_off: Option<FixedOffReward>,
    /// Shipping for free.
    free_shipping: Option<FreeShippingReward>,
}

/// One reward: set exactly one field.
#[derive(Clone, Debug, OneofObject)]
pub(super) enum PromotionRewardInput {
    /// A percentage off.
    PercentOff(PercentOffRewardInput),
    /// An amount off.
    FixedOff(FixedOffRewardInput),
    /// Shipping for free.
    FreeShipping(FreeShippingRewardInput),
}

/// A percentage off goods.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct PercentOffReward {
    /// Percentage, 0 to 100.
    percent: Decimal,
}

/// A percentage off goods.
#[derive(Clone, Debug, InputObject)]
pub(super) struct PercentOffRewardInput {
    /// Percentage, 0 to 100.
    percent: Decimal,
}

/// An amount off goods.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct FixedOffReward {
    /// Amount.
    amount: Money,
}

/// An amount off goods.
#[derive(Clone, Debug, InputObject)]
pub(super) struct FixedOffRewardInput {
    /// Amount.
    amount: MoneyInput,
}

/// Shipping for free.
#[derive(Clone, Debug, SimpleObject)]
pub(super) struct FreeShippingReward {
    /// Only up to this shipping price.
    max_price: Option<Money>,
}

/// Shipping for free.
#[derive(Clone, Debug, InputObject)]
pub(super) struct FreeShippingRewardInput {
    /// Only up to this shipping price.
    max_price: Option<MoneyInput>,
}

impl From<&Condition> for PromotionCondition {
    fn from(condition: &Condition) -> Self {
        let none = Self::default();
        match condition {
            Condition::MinSubtotal(amount) => Self {
                min_subtotal: Some((*amount).into()),
                ..none
            },
            Condition::MinQuantity(units) => Self {
                min_quantity: Some(i32::try_from(*units).unwrap_or(i32::MAX)),
                ..none
            },
            Condition::FirstOrder => Self {
                first_order: Some(true),
                ..none
            },
            Condition::CountryCodes(countries) => Self {
                country_codes: Some(countries.iter().copied().map(CountryCode).collect()),
                ..none
            },
        }
    }
}

impl From<&Reward> for PromotionReward {
    fn from(reward: &Reward) -> Self {
        let none = Self::default();
        match reward {
            Reward::PercentOff(percent) => {
                let percent = rust_decimal::Decimal::new(i64::from(percent.ppm()), 4).normalize();
                Self {
                    percent_off: Some(PercentOffReward {
                        percent: Decimal(percent),
                    }),
                    ..none
                }
            }
            Reward::FixedOff(amount) => Self {
                fixed_off: Some(FixedOffReward {
                    amount: (*amount).into(),
                }),
                ..none
            },
            Reward::FreeShipping { max_price } => Self {
                free_shipping: Some(FreeShippingReward {
                    max_price: max_price.map(Money::from),
                }),
                ..none
            },
        }
    }
}

/// Reads conditions; `firstOrder: false` asks for nothing and is refused like any empty condition.
pub(super) fn conditions(inputs: Vec<PromotionConditionInput>) -> Result<Vec<Condition>, Error> {
    let read = |(index, input)| match input {
        PromotionConditionInput::MinSubtotal(amount) => {
            money(amount, &["conditions", &place(index), "minSubtotal"]).map(Condition::MinSubtotal)
        }
        PromotionConditionInput::MinQuantity(units) => u32::try_from(units)
            .map(Condition::MinQuantity)
            .map_err(|_negative| {
                refuse(
                    &["conditions", &place(index), "minQuantity"],
                    "must be more than 0",
                )
            }),
        PromotionConditionInput::FirstOrder(true) => Ok(Condition::FirstOrder),
        PromotionConditionInput::FirstOrder(false) => Err(refuse(
            &["conditions", &place(index), "firstOrder"],
            "leave it out instead",
        )),
        PromotionConditionInput::CountryCodes(countries) => Ok(Condition::CountryCodes(
            countries.into_iter().map(|country| country.0).collect(),
        )),
    };
    inputs.into_iter().enumerate().map(read).collect()
}

/// Reads rewards.
pub(super) fn rewards(inputs: Vec<PromotionRewardInput>) -> Result<Vec<Reward>, Error> {
    let read = |(index, input)| match input {
        PromotionRewardInput::PercentOff(reward) => {
            Percent::parse(&reward.percent.0.normalize().to_string())
                .map(Reward::PercentOff)
                .map_err(|error| {
                    refuse(
                        &["rewards", &place(index), "percentOff", "percent"],
                        error.to_string(),
                    )
                })
        }
        PromotionRewardInput::FixedOff(reward) => money(
            reward.amount,
            &["rewards", &place(index), "fixedOff", "amount"],
        )
        .map(Reward::FixedOff),
        PromotionRewardInput::FreeShipping(reward) => {
            let field = &["rewards", &place(index), "freeShipping", "maxPrice"];
            let max_price = reward
                .max_price
                .map(|amount| money(amount, field))
                .transpose()?;
            Ok(Reward::FreeShipping { max_price })
        }
    };
    inputs.into_iter().enumerate().map(read).collect()
}

/// Reads an amount of a promotion; `field` stands below `promotion`.
pub(super) fn money(input: MoneyInput, field: &[&str]) -> Result<domain::Money, Error> {
    input
        .try_into()
        .map_err(|error: domain::MoneyError| refuse(field, error.to_string()))
}

/// A place in a list, as a path of an error names it.
fn place(index: usize) -> String {
    index.to_string()
}

fn refuse(field: &[&str], message: impl Into<String>) -> Error {
    let path: Vec<&str> = std::iter::once("promotion")
        .chain(field.iter().copied())
        .collect();
    Error::invalid(&path, message)
}
