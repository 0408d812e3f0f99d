use async_graphql::{InputObject, OneofObject, SimpleObject};
use domain::promotion as rule;
use domain::promotion::Condition;

use super::selector::{
    ProductQuantity, ProductQuantityInput, ProductSelector, ProductSelectorInput, units,
};
use crate::error::Error;
use crate::graphql::limits::meter::Listed;
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::scalar::CountryCode;

/// One condition; exactly one field is set, named as in PromotionConditionInput.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(super) struct PromotionCondition {
    /// Goods cost at least this, before any discount.
    min_subtotal: Option<Money>,
    /// At least this many units.
    min_quantity: Option<i32>,
    /// Certain products.
    products: Option<ProductQuantity>,
    /// So much money for certain products.
    products_subtotal: Option<ProductAmount>,
    /// First order.
    first_order: Option<bool>,
    /// Ships to one of these.
    country_codes: Option<Vec<CountryCode>>,
    /// A coupon the buyer can use was entered.
    coupon_entered: Option<bool>,
    /// At least one of these holds.
    any_of: Option<Listed<PromotionCondition>>,
}

/// One condition: set exactly one field.
#[derive(Clone, Debug, OneofObject)]
pub(super) enum PromotionConditionInput {
    /// Goods cost at least this, before any discount.
    MinSubtotal(MoneyInput),
    /// At least this many units.
    MinQuantity(i32),
    /// Certain products.
    Products(ProductQuantityInput),
    /// So much money for certain products.
    ProductsSubtotal(ProductAmountInput),
    /// First order.
    FirstOrder(bool),
    /// Ships to one of these.
    CountryCodes(Vec<CountryCode>),
    /// A coupon the buyer can use was entered.
    CouponEntered(bool),
    /// At least one of these holds; none of them is such a choice itself.
    AnyOf(Vec<PromotionConditionInput>),
}

/// So much money for certain products, before any discount.
#[derive(Clone, Debug, SimpleObject)]
struct ProductAmount {
    /// Which products.
    products: ProductSelector,
    /// What they cost at least.
    amount: Money,
}

/// So much money for certain products, before any discount.
#[derive(Clone, Debug, InputObject)]
pub(super) struct ProductAmountInput {
    /// Which products.
    products: ProductSelectorInput,
    /// What they cost at least.
    amount: MoneyInput,
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
            Condition::Products(wanted) => Self {
                products: Some(wanted.into()),
                ..none
            },
            Condition::ProductsSubtotal(wanted) => Self {
                products_subtotal: Some(ProductAmount {
                    products: (&wanted.products).into(),
                    amount: wanted.amount.into(),
                }),
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
            Condition::CouponEntered => Self {
                coupon_entered: Some(true),
                ..none
            },
            Condition::AnyOf(any) => Self {
                any_of: Some(any.iter().map(Into::into).collect()),
                ..none
            },
        }
    }
}

/// Reads conditions; `firstOrder: false` asks for nothing and is refused like any empty condition.
pub(super) fn conditions(inputs: Vec<PromotionConditionInput>) -> Result<Vec<Condition>, Error> {
    read_all(inputs, &["conditions"], true)
}

fn read_all(
    inputs: Vec<PromotionConditionInput>,
    list: &[&str],
    may_nest: bool,
) -> Result<Vec<Condition>, Error> {
    if inputs.len() > rule::MAX_CONDITIONS {
        let message = rule::RuleError::TooManyConditions.to_string();
        return Err(refuse(list, message));
    }
    let read = |(index, input): (usize, PromotionConditionInput)| {
        input.read(&[list, &[&index.to_string()]].concat(), may_nest)
    };
    inputs.into_iter().enumerate().map(read).collect()
}

impl PromotionConditionInput {
    fn read(self, field: &[&str], may_nest: bool) -> Result<Condition, Error> {
        let at = |name| [field, &[name]].concat();
        Ok(match self {
            Self::MinSubtotal(amount) => Condition::MinSubtotal(money(amount, &at("minSubtotal"))?),
            Self::MinQuantity(wanted) => Condition::MinQuantity(units(wanted, &at("minQuantity"))?),
            Self::Products(wanted) => Condition::Products(wanted.read(&at("products"))?),
            Self::ProductsSubtotal(wanted) => {
                let field = at("productsSubtotal");
                Condition::ProductsSubtotal(rule::ProductAmount {
                    products: wanted.products.read(&below(&field, "products"))?,
                    amount: money(wanted.amount, &below(&field, "amount"))?,
                })
            }
            Self::FirstOrder(true) => Condition::FirstOrder,
            Self::FirstOrder(false) => return Err(refuse(&at("firstOrder"), LEAVE_OUT)),
            Self::CountryCodes(countries) => {
                Condition::CountryCodes(countries.into_iter().map(|country| country.0).collect())
            }
            Self::CouponEntered(true) => Condition::CouponEntered,
            Self::CouponEntered(false) => return Err(refuse(&at("couponEntered"), LEAVE_OUT)),
            Self::AnyOf(any) if may_nest => Condition::AnyOf(read_all(any, &at("anyOf"), false)?),
            Self::AnyOf(_) => {
                return Err(refuse(&at("anyOf"), rule::PartError::Nested.to_string()));
            }
        })
    }
}

/// What to do with a condition that is switched off.
const LEAVE_OUT: &str = "leave it out instead";

/// Reads an amount of a promotion; `field` stands below `promotion`.
pub(super) fn money(input: MoneyInput, field: &[&str]) -> Result<domain::Money, Error> {
    input
        .try_into()
        .map_err(|error: domain::MoneyError| refuse(field, error.to_string()))
}

/// Refuses a field below `promotion`.
pub(super) fn refuse(field: &[&str], message: impl Into<String>) -> Error {
    Error::invalid(&[&["promotion"], field].concat(), message)
}

/// A field of a field.
pub(super) fn below<'a>(field: &[&'a str], name: &'a str) -> Vec<&'a str> {
    [field, &[name]].concat()
}
