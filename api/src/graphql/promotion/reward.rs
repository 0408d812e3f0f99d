use std::collections::BTreeSet;

use async_graphql::{ID, InputObject, OneofObject, SimpleObject};
use domain::id::{ProductVariantId, ShippingMethodId, TypedId as _};
use domain::percent::Percent;
use domain::promotion as rule;
use domain::promotion::{Cut, Reward};
use uuid::Uuid;

use super::condition::{below, money, refuse};
use super::selector::{
    ProductQuantity, ProductQuantityInput, ProductSelector, ProductSelectorInput, ids, print,
    print_units, units,
};
use crate::error::Error;
use crate::graphql::limits::meter::Listed;
use crate::graphql::money::{Money, MoneyInput};
use crate::graphql::scalar::Decimal;

/// Decimals of a factor on points.
const FACTOR_SCALE: u32 = 3;

/// One reward; exactly one field is set, named as in PromotionRewardInput.
#[derive(Clone, Debug, Default, SimpleObject)]
pub(super) struct PromotionReward {
    /// A percentage off.
    percent_off: Option<PercentOffReward>,
    /// An amount off.
    fixed_off: Option<FixedOffReward>,
    /// A set price.
    fixed_price: Option<FixedPriceReward>,
    /// Buy some, get some cheaper.
    #[graphql(name = "buyXGetY")]
    buy_x_get_y: Option<BuyXGetYReward>,
    /// Every n-th unit cheaper.
    every_nth: Option<EveryNthReward>,
    /// More off the more is spent.
    tiered_spend: Option<TieredSpendReward>,
    /// Shipping for free.
    free_shipping: Option<FreeShippingReward>,
    /// Shipping cheaper.
    shipping_off: Option<ShippingOffReward>,
    /// Something added for free.
    gift: Option<GiftReward>,
    /// Factor on earned points, such as 2.
    points_multiplier: Option<Decimal>,
}

/// One reward: set exactly one field.
#[derive(Clone, Debug, OneofObject)]
#[expect(
    clippy::large_enum_variant,
    reason = "read once per request; a box would change nothing but the code"
)]
pub(super) enum PromotionRewardInput {
    /// A percentage off.
    PercentOff(PercentOffRewardInput),
    /// An amount off.
    FixedOff(FixedOffRewardInput),
    /// A set price.
    FixedPrice(FixedPriceRewardInput),
    /// Buy some, get some cheaper.
    #[graphql(name = "buyXGetY")]
    BuyXGetY(BuyXGetYRewardInput),
    /// Every n-th unit cheaper.
    EveryNth(EveryNthRewardInput),
    /// More off the more is spent.
    TieredSpend(TieredSpendRewardInput),
    /// Shipping for free.
    FreeShipping(FreeShippingRewardInput),
    /// Shipping cheaper.
    ShippingOff(ShippingOffRewardInput),
    /// Something added for free.
    Gift(GiftRewardInput),
    /// Factor on earned points, such as 2.
    PointsMultiplier(Decimal),
}

/// Declares a reward and the input of it, which differ by the types of their fields alone.
macro_rules! reward {
    ($(#[doc = $doc:literal])+ $output:ident, $input:ident { $($(#[doc = $field_doc:literal])+ $field:ident: $of:ty | $in:ty,)+ }) => {
        $(#[doc = $doc])+
        #[derive(Clone, Debug, SimpleObject)]
        struct $output {
            $($(#[doc = $field_doc])+ $field: $of,)+
        }

        $(#[doc = $doc])+
        #[derive(Clone, Debug, InputObject)]
        pub(super) struct $input {
            $($(#[doc = $field_doc])+ $field: $in,)+
        }
    };
}

reward! {
    /// A percentage off goods.
    PercentOffReward, PercentOffRewardInput {
        /// Percentage, 0 to 100.
        percent: Decimal | Decimal,
        /// Of which products; the whole order if null.
        products: Option<ProductSelector> | Option<ProductSelectorInput>,
    }
}

/// An amount off goods.
#[derive(Clone, Debug, SimpleObject)]
struct FixedOffReward {
    /// Amount.
    amount: Money,
    /// Off which products; the whole order if null.
    products: Option<ProductSelector>,
    /// Whether it counts for each unit.
    per_unit: bool,
}

/// An amount off goods.
#[derive(Clone, Debug, InputObject)]
pub(super) struct FixedOffRewardInput {
    /// Amount.
    amount: MoneyInput,
    /// Off which products; the whole order if null.
    products: Option<ProductSelectorInput>,
    /// Whether it counts for each unit.
    #[graphql(default)]
    per_unit: bool,
}

reward! {
    /// A set unit price; what costs less stays as it is.
    FixedPriceReward, FixedPriceRewardInput {
        /// Unit price.
        price: Money | MoneyInput,
        /// For which products.
        products: ProductSelector | ProductSelectorInput,
    }
}

reward! {
    /// Buy some, get some cheaper, cheapest first.
    BuyXGetYReward, BuyXGetYRewardInput {
        /// What must be bought.
        buy: ProductQuantity | ProductQuantityInput,
        /// What is cheaper.
        get: ProductQuantity | ProductQuantityInput,
        /// Percentage off those, 100 for free.
        percent: Decimal | Decimal,
        /// Times it counts in one order.
        max_uses: Option<i32> | Option<i32>,
    }
}

reward! {
    /// Every n-th unit cheaper, cheapest first: with `nth` 2, half of all units.
    EveryNthReward, EveryNthRewardInput {
        /// Of which products.
        products: ProductSelector | ProductSelectorInput,
        /// One in so many units, 2 or more.
        nth: i32 | i32,
        /// Percentage off those, 100 for free.
        percent: Decimal | Decimal,
        /// Units that get it in one order.
        max_uses: Option<i32> | Option<i32>,
    }
}

reward! {
    /// More off the more is spent before any discount; the highest tier reached counts.
    TieredSpendReward, TieredSpendRewardInput {
        /// Tiers, lowest first.
        tiers: Listed<SpendTier> | Vec<SpendTierInput>,
        /// Spent on which products, and off which; the whole order if null.
        products: Option<ProductSelector> | Option<ProductSelectorInput>,
        /// Whether an amount counts as often as its tier fits into what is spent.
        repeats: bool | Option<bool>,
    }
}

reward! {
    /// One step of a tiered reward: percent or amount.
    SpendTier, SpendTierInput {
        /// Goods cost at least this.
        min_subtotal: Money | MoneyInput,
        /// Percentage off.
        percent: Option<Decimal> | Option<Decimal>,
        /// Amount off.
        amount: Option<Money> | Option<MoneyInput>,
    }
}

reward! {
    /// Shipping for free.
    FreeShippingReward, FreeShippingRewardInput {
        /// For these ways to ship; all if empty.
        shipping_method_ids: Vec<ID> | Option<Vec<ID>>,
        /// Only up to this shipping price.
        max_price: Option<Money> | Option<MoneyInput>,
    }
}

reward! {
    /// Shipping cheaper: percent or amount.
    ShippingOffReward, ShippingOffRewardInput {
        /// For these ways to ship; all if empty.
        shipping_method_ids: Vec<ID> | Option<Vec<ID>>,
        /// Percentage off.
        percent: Option<Decimal> | Option<Decimal>,
        /// Amount off.
        amount: Option<Money> | Option<MoneyInput>,
    }
}

reward! {
    /// Something added for free while stock lasts.
    GiftReward, GiftRewardInput {
        /// The gift.
        variant_id: ID | ID,
        /// What the buyer may choose in its stead; also given, in this order, when it is gone.
        other_variant_ids: Vec<ID> | Option<Vec<ID>>,
        /// How many.
        quantity: i32 | i32,
    }
}

impl From<&Reward> for PromotionReward {
    fn from(reward: &Reward) -> Self {
        let none = Self::default();
        let choice = |products: &Option<rule::ProductSelector>| products.as_ref().map(Into::into);
        match reward {
            Reward::PercentOff(reward) => Self {
                percent_off: Some(PercentOffReward {
                    percent: print_percent(reward.percent),
                    products: choice(&reward.products),
                }),
                ..none
            },
            Reward::FixedOff(reward) => Self {
                fixed_off: Some(FixedOffReward {
                    amount: reward.amount.into(),
                    products: choice(&reward.products),
                    per_unit: reward.per_unit,
                }),
                ..none
            },
            Reward::FixedPrice(reward) => Self {
                fixed_price: Some(FixedPriceReward {
                    price: reward.price.into(),
                    products: (&reward.products).into(),
                }),
                ..none
            },
            Reward::BuyXGetY(reward) => Self {
                buy_x_get_y: Some(BuyXGetYReward {
                    buy: (&reward.buy).into(),
                    get: (&reward.get).into(),
                    percent: print_percent(reward.percent),
                    max_uses: reward.max_uses.map(print_units),
                }),
                ..none
            },
            Reward::EveryNth(reward) => Self {
                every_nth: Some(EveryNthReward {
                    products: (&reward.products).into(),
                    nth: print_units(reward.nth),
                    percent: print_percent(reward.percent),
                    max_uses: reward.max_uses.map(print_units),
                }),
                ..none
            },
            Reward::TieredSpend(reward) => Self {
                tiered_spend: Some(TieredSpendReward {
                    tiers: reward.tiers.iter().map(Into::into).collect(),
                    products: choice(&reward.products),
                    repeats: reward.repeats,
                }),
                ..none
            },
            Reward::FreeShipping(reward) => Self {
                free_shipping: Some(FreeShippingReward {
                    shipping_method_ids: print::<ShippingMethodId>(&reward.shipping_method_ids),
                    max_price: reward.max_price.map(Money::from),
                }),
                ..none
            },
            Reward::ShippingOff(reward) => {
                let (percent, amount) = print_cut(reward.cut);
                Self {
                    shipping_off: Some(ShippingOffReward {
                        shipping_method_ids: print::<ShippingMethodId>(&reward.shipping_method_ids),
                        percent,
                        amount,
                    }),
                    ..none
                }
            }
            Reward::Gift(gift) => Self {
                gift: Some(GiftReward {
                    variant_id: print_variant(&gift.variant_id),
                    other_variant_ids: gift.other_variant_ids.iter().map(print_variant).collect(),
                    quantity: print_units(gift.quantity),
                }),
                ..none
            },
            Reward::PointsMultiplier(reward) => {
                let factor = rust_decimal::Decimal::new(reward.thousandths.into(), FACTOR_SCALE);
                Self {
                    points_multiplier: Some(Decimal(factor.normalize())),
                    ..none
                }
            }
        }
    }
}

impl From<&rule::SpendTier> for SpendTier {
    fn from(tier: &rule::SpendTier) -> Self {
        let (percent, amount) = print_cut(tier.cut);
        Self {
            min_subtotal: tier.min_subtotal.into(),
            percent,
            amount,
        }
    }
}

fn print_cut(cut: Cut) -> (Option<Decimal>, Option<Money>) {
    match cut {
        Cut::Percent(percent) => (Some(print_percent(percent)), None),
        Cut::Amount(amount) => (None, Some(amount.into())),
    }
}

fn print_percent(percent: Percent) -> Decimal {
    Decimal(rust_decimal::Decimal::new(i64::from(percent.ppm()), 4).normalize())
}

/// Reads rewards.
pub(super) fn rewards(inputs: Vec<PromotionRewardInput>) -> Result<Vec<Reward>, Error> {
    let read = |(index, input): (usize, PromotionRewardInput)| {
        input.read(&["rewards", &index.to_string()])
    };
    inputs.into_iter().enumerate().map(read).collect()
}

impl PromotionRewardInput {
    fn read(self, place: &[&str]) -> Result<Reward, Error> {
        let at = |name| below(place, name);
        Ok(match self {
            Self::PercentOff(reward) => {
                let field = at("percentOff");
                Reward::PercentOff(rule::PercentOff {
                    percent: percent(&reward.percent, &below(&field, "percent"))?,
                    products: choice(reward.products, &field)?,
                })
            }
            Self::FixedOff(reward) => {
                let field = at("fixedOff");
                Reward::FixedOff(rule::FixedOff {
                    amount: money(reward.amount, &below(&field, "amount"))?,
                    products: choice(reward.products, &field)?,
                    per_unit: reward.per_unit,
                })
            }
            Self::FixedPrice(reward) => {
                let field = at("fixedPrice");
                Reward::FixedPrice(rule::FixedPrice {
                    price: money(reward.price, &below(&field, "price"))?,
                    products: reward.products.read(&below(&field, "products"))?,
                })
            }
            Self::BuyXGetY(reward) => {
                let field = at("buyXGetY");
                Reward::BuyXGetY(Box::new(rule::BuyXGetY {
                    buy: reward.buy.read(&below(&field, "buy"))?,
                    get: reward.get.read(&below(&field, "get"))?,
                    percent: percent(&reward.percent, &below(&field, "percent"))?,
                    max_uses: uses(reward.max_uses, &field)?,
                }))
            }
            Self::EveryNth(reward) => {
                let field = at("everyNth");
                Reward::EveryNth(rule::EveryNth {
                    products: reward.products.read(&below(&field, "products"))?,
                    nth: units(reward.nth, &below(&field, "nth"))?,
                    percent: percent(&reward.percent, &below(&field, "percent"))?,
                    max_uses: uses(reward.max_uses, &field)?,
                })
            }
            Self::TieredSpend(reward) => {
                let field = at("tieredSpend");
                Reward::TieredSpend(rule::TieredSpend {
                    tiers: tiers(reward.tiers, &below(&field, "tiers"))?,
                    products: choice(reward.products, &field)?,
                    repeats: reward.repeats.unwrap_or_default(),
                })
            }
            Self::FreeShipping(reward) => {
                let field = at("freeShipping");
                let max_price = reward.max_price;
                Reward::FreeShipping(rule::FreeShipping {
                    shipping_method_ids: ways(reward.shipping_method_ids, &field)?,
                    max_price: max_price
                        .map(|amount| money(amount, &below(&field, "maxPrice")))
                        .transpose()?,
                })
            }
            Self::ShippingOff(reward) => {
                let field = at("shippingOff");
                Reward::ShippingOff(rule::ShippingOff {
                    cut: cut(reward.percent.as_ref(), reward.amount, &field)?,
                    shipping_method_ids: ways(reward.shipping_method_ids, &field)?,
                })
            }
            Self::Gift(gift) => {
                let field = at("gift");
                let others = gift.other_variant_ids.unwrap_or_default();
                let others = others.iter();
                Reward::Gift(rule::Gift {
                    variant_id: variant(&gift.variant_id, &below(&field, "variantId"))?,
                    other_variant_ids: others
                        .map(|id| variant(id, &below(&field, "otherVariantIds")))
                        .collect::<Result<_, Error>>()?,
                    quantity: units(gift.quantity, &below(&field, "quantity"))?,
                })
            }
            Self::PointsMultiplier(factor) => {
                Reward::PointsMultiplier(points_factor(&factor, &at("pointsMultiplier"))?)
            }
        })
    }
}

fn print_variant(id: &Uuid) -> ID {
    ProductVariantId(*id).to_string().into()
}

fn variant(id: &ID, field: &[&str]) -> Result<Uuid, Error> {
    ProductVariantId::parse(id)
        .map(|id| id.0)
        .map_err(|error| refuse(field, error.to_string()))
}

type Ways = BTreeSet<Uuid>;

fn ways(list: Option<Vec<ID>>, field: &[&str]) -> Result<Ways, Error> {
    ids::<ShippingMethodId>(list, field, "shippingMethodIds")
}

fn choice(
    products: Option<ProductSelectorInput>,
    field: &[&str],
) -> Result<Option<rule::ProductSelector>, Error> {
    let field = below(field, "products");
    products.map(|products| products.read(&field)).transpose()
}

fn uses(most: Option<i32>, field: &[&str]) -> Result<Option<u32>, Error> {
    let field = below(field, "maxUses");
    most.map(|most| units(most, &field)).transpose()
}

fn tiers(inputs: Vec<SpendTierInput>, field: &[&str]) -> Result<Vec<rule::SpendTier>, Error> {
    let read = |(index, tier): (usize, SpendTierInput)| {
        let place = index.to_string();
        let field = below(field, &place);
        Ok(rule::SpendTier {
            min_subtotal: money(tier.min_subtotal, &below(&field, "minSubtotal"))?,
            cut: cut(tier.percent.as_ref(), tier.amount, &field)?,
        })
    };
    inputs.into_iter().enumerate().map(read).collect()
}

fn cut(off: Option<&Decimal>, amount: Option<MoneyInput>, field: &[&str]) -> Result<Cut, Error> {
    match (off, amount) {
        (Some(off), None) => percent(off, &below(field, "percent")).map(Cut::Percent),
        (None, Some(amount)) => money(amount, &below(field, "amount")).map(Cut::Amount),
        (Some(_), Some(_)) | (None, None) => {
            Err(refuse(field, "either `percent` or `amount` is needed"))
        }
    }
}

fn percent(percent: &Decimal, field: &[&str]) -> Result<Percent, Error> {
    Percent::parse(&percent.0.normalize().to_string())
        .map_err(|error| refuse(field, error.to_string()))
}

fn points_factor(factor: &Decimal, field: &[&str]) -> Result<rule::PointsMultiplier, Error> {
    let text = factor.0.normalize().to_string();
    let thousandths = domain::decimal_text::parse_scaled(&text, FACTOR_SCALE)
        .map_err(|error| refuse(field, error.to_string()))?;
    u32::try_from(thousandths)
        .map(|thousandths| rule::PointsMultiplier { thousandths })
        .map_err(|_out_of_range| refuse(field, rule::PartError::Factor.to_string()))
}
