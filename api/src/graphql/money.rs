//! Money and ranges at the edge.

use async_graphql::{InputObject, SimpleObject};
use domain::money::MoneyError;

use super::scalar::{CurrencyCode, DateTime, Decimal};

/// A price or total in one currency.
#[derive(Clone, Debug, SimpleObject)]
pub struct Money {
    /// Exact amount in major units.
    pub amount: Decimal,
    /// Its currency.
    pub currency_code: CurrencyCode,
}

impl From<domain::money::Money> for Money {
    fn from(money: domain::money::Money) -> Self {
        Self {
            amount: Decimal(rust_decimal::Decimal::new(
                money.minor,
                money.currency.exponent(),
            )),
            currency_code: CurrencyCode(money.currency),
        }
    }
}

/// A price or total in one currency.
#[derive(Clone, Debug, InputObject)]
pub struct MoneyInput {
    /// Exact amount in major units.
    pub amount: Decimal,
    /// Its currency.
    pub currency_code: CurrencyCode,
}

impl TryFrom<MoneyInput> for domain::money::Money {
    type Error = MoneyError;

    fn try_from(input: MoneyInput) -> Result<Self, MoneyError> {
        Self::parse(&input.amount.0.to_string(), input.currency_code.0)
    }
}

/// Lowest and highest price of a product's variants.
#[derive(Clone, Debug, SimpleObject)]
pub struct MoneyRange {
    /// Lowest.
    pub min: Money,
    /// Highest.
    pub max: Money,
}

/// Bounds of a number, both inclusive.
#[derive(Clone, Debug, InputObject)]
pub struct DecimalRangeInput {
    /// Lower bound.
    pub min: Option<Decimal>,
    /// Upper bound.
    pub max: Option<Decimal>,
}

/// A span of time.
#[derive(Clone, Debug, InputObject)]
pub struct DateTimeRangeInput {
    /// From this instant on.
    pub from: Option<DateTime>,
    /// Before this instant.
    pub until: Option<DateTime>,
}
