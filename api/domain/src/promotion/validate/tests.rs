use std::collections::BTreeSet;

use uuid::Uuid;

use super::{PartError, RuleError, validate};
use crate::address::CountryCode;
use crate::money::{Currency, Money};
use crate::percent::Percent;
use crate::promotion::{
    BuyXGetY, Condition, Cut, EveryNth, FixedPrice, FreeShipping, Gift, HourSpan, PercentOff,
    PointsMultiplier, ProductAmount, ProductQuantity, ProductSelector, ProductSet, Reward,
    ShippingOff, SpendTier, TieredSpend,
};
use crate::slug::Slug;
use crate::time_zone::Weekday;

fn slug(text: &str) -> Slug {
    Slug::parse(text).unwrap()
}

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

fn gift(quantity: u32) -> Reward {
    Reward::Gift(Gift {
        variant_id: Uuid::nil(),
        other_variant_ids: Vec::new(),
        quantity,
    })
}

fn gifts(others: impl Iterator<Item = u128>) -> Reward {
    Reward::Gift(Gift {
        variant_id: Uuid::nil(),
        other_variant_ids: others.map(Uuid::from_u128).collect(),
        quantity: 1,
    })
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
            Condition::Channels(BTreeSet::from([slug("outlet")])),
            Condition::Currencies(BTreeSet::from([yen(0).currency])),
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
        gifts(1..20),
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
        (Condition::Channels(BTreeSet::new()), PartError::Empty),
        (
            Condition::Channels((0..501).map(|number| slug(&number.to_string())).collect()),
            PartError::TooManySelected,
        ),
        (Condition::Currencies(BTreeSet::new()), PartError::Empty),
        (Condition::CountryCodes(vec![]), PartError::Empty),
        (Condition::MemberTiers(BTreeSet::new()), PartError::Empty),
        (Condition::PaymentMethods(BTreeSet::new()), PartError::Empty),
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
        (gift(0), PartError::Empty),
        (gifts(1..21), PartError::TooManyGifts),
        (gifts([1, 0].into_iter()), PartError::GiftTwice),
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

#[test]
fn two_rewards_cannot_give_the_same() {
    let rewards = [gift(1), gifts([2, 3].into_iter())];
    let problem = PartError::GiftTwice;
    let refused = Err(RuleError::Reward { index: 1, problem });
    assert_eq!(validate(&[], &rewards, eur(0).currency), refused);
}
