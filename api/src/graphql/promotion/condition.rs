use std::collections::BTreeSet;

use async_graphql::{Enum, ID, InputObject, OneofObject, SimpleObject};
use domain::id::{MemberTierId, PaymentMethodId, SegmentId};
use domain::promotion as rule;
use domain::promotion::Condition;
use domain::slug::Slug;

use super::selector::{
    ProductQuantity, ProductQuantityInput, ProductSelector, ProductSelectorInput, ids, print,
    print_units, units,
};
use crate::error::Error;
use crate::graphql::limits::meter::Listed;
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::scalar::{CountryCode, CurrencyCode};

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
    /// Bought in one of these channels, named as in the header `Vitrine-Channel`.
    channels: Option<Vec<String>>,
    /// Priced in one of these.
    currency_codes: Option<Vec<CurrencyCode>>,
    /// Ships to one of these.
    country_codes: Option<Vec<CountryCode>>,
    /// In one of these tiers.
    member_tier_ids: Option<Vec<ID>>,
    /// In one of these segments.
    segment_ids: Option<Vec<ID>>,
    /// Paid in one of these ways.
    payment_method_ids: Option<Vec<ID>>,
    /// A coupon the buyer can use was entered.
    coupon_entered: Option<bool>,
    /// On one of these days in the shop's time zone.
    weekdays: Option<Vec<Weekday>>,
    /// In these hours in the shop's time zone.
    hours: Option<HourSpan>,
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
    /// Bought in one of these channels, named as in the header `Vitrine-Channel`.
    Channels(Vec<String>),
    /// Priced in one of these.
    CurrencyCodes(Vec<CurrencyCode>),
    /// Ships to one of these.
    CountryCodes(Vec<CountryCode>),
    /// In one of these tiers.
    MemberTierIds(Vec<ID>),
    /// In one of these segments.
    SegmentIds(Vec<ID>),
    /// Paid in one of these ways, as chosen in the cart; the order can then be paid in no other.
    PaymentMethodIds(Vec<ID>),
    /// A coupon the buyer can use was entered.
    CouponEntered(bool),
    /// On one of these days in the shop's time zone.
    Weekdays(Vec<Weekday>),
    /// In these hours in the shop's time zone.
    Hours(HourSpanInput),
    /// At least one of these holds; none of them is such a choice itself.
    AnyOf(Vec<PromotionConditionInput>),
}

/// Day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::time_zone::Weekday")]
pub(super) enum Weekday {
    /// Monday.
    Monday,
    /// Tuesday.
    Tuesday,
    /// Wednesday.
    Wednesday,
    /// Thursday.
    Thursday,
    /// Friday.
    Friday,
    /// Saturday.
    Saturday,
    /// Sunday.
    Sunday,
}

/// Hours of each day; over midnight when `until` comes before `from`.
#[derive(Clone, Copy, Debug, SimpleObject)]
struct HourSpan {
    /// First hour, 0 to 23.
    from: i32,
    /// Hour it is over, 1 to 24.
    until: i32,
}

/// Hours of each day; over midnight when `until` comes before `from`.
#[derive(Clone, Copy, Debug, InputObject)]
pub(super) struct HourSpanInput {
    /// First hour, 0 to 23.
    from: i32,
    /// Hour it is over, 1 to 24.
    until: i32,
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
                min_quantity: Some(print_units(*units)),
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
            Condition::Channels(slugs) => Self {
                channels: Some(slugs.iter().map(|slug| slug.as_str().to_owned()).collect()),
                ..none
            },
            Condition::Currencies(currencies) => Self {
                currency_codes: Some(currencies.iter().copied().map(CurrencyCode).collect()),
                ..none
            },
            Condition::CountryCodes(countries) => Self {
                country_codes: Some(countries.iter().copied().map(CountryCode).collect()),
                ..none
            },
            Condition::MemberTiers(ids) => Self {
                member_tier_ids: Some(print::<MemberTierId>(ids)),
                ..none
            },
            Condition::Segments(ids) => Self {
                segment_ids: Some(print::<SegmentId>(ids)),
                ..none
            },
            Condition::PaymentMethods(ids) => Self {
                payment_method_ids: Some(print::<PaymentMethodId>(ids)),
                ..none
            },
            Condition::Weekdays(days) => Self {
                weekdays: Some(days.iter().copied().map(Into::into).collect()),
                ..none
            },
            Condition::Hours(span) => Self {
                hours: Some(HourSpan {
                    from: print_units(span.from),
                    until: print_units(span.until),
                }),
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
            Self::Channels(slugs) => Condition::Channels(read_slugs(&slugs, &at("channels"))?),
            Self::CurrencyCodes(codes) => {
                Condition::Currencies(codes.into_iter().map(|code| code.0).collect())
            }
            Self::CountryCodes(countries) => {
                Condition::CountryCodes(countries.into_iter().map(|country| country.0).collect())
            }
            Self::MemberTierIds(list) => {
                Condition::MemberTiers(ids::<MemberTierId>(Some(list), field, "memberTierIds")?)
            }
            Self::SegmentIds(list) => {
                Condition::Segments(ids::<SegmentId>(Some(list), field, "segmentIds")?)
            }
            Self::PaymentMethodIds(list) => {
                let ids = ids::<PaymentMethodId>(Some(list), field, "paymentMethodIds")?;
                Condition::PaymentMethods(ids)
            }
            Self::Weekdays(days) => Condition::Weekdays(days.into_iter().map(Into::into).collect()),
            Self::Hours(span) => {
                let field = at("hours");
                Condition::Hours(rule::HourSpan {
                    from: units(span.from, &below(&field, "from"))?,
                    until: units(span.until, &below(&field, "until"))?,
                })
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

fn read_slugs(slugs: &[String], field: &[&str]) -> Result<BTreeSet<Slug>, Error> {
    let read = |(index, slug): (usize, &String)| {
        Slug::parse(slug)
            .map_err(|error| refuse(&below(field, &index.to_string()), error.to_string()))
    };
    slugs.iter().enumerate().map(read).collect()
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
