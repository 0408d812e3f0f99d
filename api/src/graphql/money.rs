//! Money and ranges at the edge.

use std::borrow::Cow;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, InputObject, OutputType, Positioned, ScalarType, ServerResult,
    SimpleObject, Value,
};
use domain::money::MoneyError;

use super::flat::{self, Flat};
use super::scalar::{CurrencyCode, DateTime, Decimal};

/// A price or total in one currency.
#[derive(Clone, Debug)]
pub struct Money(MoneyFields);

/// A price or total in one currency.
#[derive(Clone, Debug, SimpleObject)]
#[graphql(name = "Money")]
struct MoneyFields {
    /// Exact amount in major units.
    amount: Decimal,
    /// Its currency.
    currency_code: CurrencyCode,
}

impl From<domain::money::Money> for Money {
    fn from(money: domain::money::Money) -> Self {
        let amount = rust_decimal::Decimal::new(money.minor, money.currency.exponent());
        Self(MoneyFields {
            amount: Decimal(amount),
            currency_code: CurrencyCode(money.currency),
        })
    }
}

impl Flat for Money {
    fn field(&self, name: &str) -> Option<Value> {
        match name {
            "amount" => Some(self.0.amount.to_value()),
            "currencyCode" => Some(self.0.currency_code.to_value()),
            _ => None,
        }
    }
}

impl OutputType for Money {
    fn type_name() -> Cow<'static, str> {
        MoneyFields::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        MoneyFields::create_type_info(registry)
    }

    async fn resolve(
        &self,
        ctx: &ContextSelectionSet<'_>,
        _field: &Positioned<Field>,
    ) -> ServerResult<Value> {
        Ok(flat::resolve(self, ctx))
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

#[cfg(test)]
mod tests {
    use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};

    use super::Money;

    struct Query;

    #[Object]
    impl Query {
        async fn price(&self) -> Money {
            domain::Money::parse(
                "12.30",
                domain::money::Currency::parse("EUR").expect("a currency"),
            )
            .expect("an amount")
            .into()
        }
    }

    #[tokio::test]
    async fn an_amount_is_answered_as_it_is_selected() {
        let schema = Schema::new(Query, EmptyMutation, EmptySubscription);
        for (document, expected) in [
            (
                "{ price { amount currencyCode } }",
                r#"{"price":{"amount":"12.30","currencyCode":"EUR"}}"#,
            ),
            (
                "{ price { currencyCode code: currencyCode __typename } }",
                r#"{"price":{"currencyCode":"EUR","code":"EUR","__typename":"Money"}}"#,
            ),
            (
                "{ price { ...Sum ... on Money { currencyCode } ... { again: amount } } } fragment Sum on Money { amount }",
                r#"{"price":{"amount":"12.30","currencyCode":"EUR","again":"12.30"}}"#,
            ),
            (
                "{ price { amount @skip(if: true) currencyCode @include(if: true) } }",
                r#"{"price":{"currencyCode":"EUR"}}"#,
            ),
        ] {
            let response = schema.execute(document).await;
            assert!(
                response.errors.is_empty(),
                "{document}: {:?}",
                response.errors
            );
            let data = serde_json::to_string(&response.data).expect("JSON");
            assert_eq!(data, expected, "{document}");
        }
        assert!(schema.sdl().contains("type Money {"));
    }
}
