//! Offers a merchant would recognise, with what the buyer pays.

use std::collections::BTreeSet;

use super::{
    currency, draft, entered, eur, line, percent, post, priced, products, promotion, rules,
};
use crate::money::Money;
use crate::pricing::{Draft, DraftLine};
use crate::promotion::{
    BuyXGetY, Combination, Condition, Cut, DiscountBase, EveryNth, FixedOff, FixedPrice,
    FreeShipping, PercentOff, ProductAmount, ProductQuantity, ProductSelector, Promotion, Reward,
    ShippingOff, SpendTier, TieredSpend,
};

fn lines(lines: &[(i64, u32)]) -> Vec<DraftLine> {
    (1_u128..)
        .zip(lines)
        .map(|(key, (minor, quantity))| line(key, eur(*minor), *quantity))
        .collect()
}

fn cart(list: &[(i64, u32)]) -> Draft {
    draft(lines(list))
}

/// The first line reduced from twice its price.
fn reduced(list: &[(i64, u32)]) -> Draft {
    let mut draft = cart(list);
    let first = draft.lines.first_mut().unwrap();
    first.compare_at = Some(eur(first.unit_price.minor * 2));
    draft
}

fn shipped(list: &[(i64, u32)]) -> Draft {
    Draft {
        shipping: Some(post(600)),
        ..cart(list)
    }
}

fn by_coupon(draft: Draft, promotion: Promotion) -> Draft {
    Draft {
        coupons: vec![entered("CODE", promotion)],
        ..draft
    }
}

fn all() -> ProductSelector {
    ProductSelector::default()
}

fn units(products: ProductSelector, quantity: u32) -> ProductQuantity {
    ProductQuantity { products, quantity }
}

fn percent_off(text: &str, keys: &[u128]) -> Reward {
    Reward::PercentOff(PercentOff {
        percent: percent(text),
        products: Some(products(keys)),
    })
}

fn bundle(buy: ProductQuantity, get: ProductQuantity, off: &str) -> Reward {
    Reward::BuyXGetY(Box::new(BuyXGetY {
        buy,
        get,
        percent: percent(off),
        max_uses: None,
    }))
}

fn nth(nth: u32, off: &str) -> Reward {
    Reward::EveryNth(EveryNth {
        products: all(),
        nth,
        percent: percent(off),
        max_uses: None,
    })
}

/// 满减: from each amount on, so much off.
fn ladder(steps: &[(i64, i64)], repeats: bool) -> Reward {
    Reward::TieredSpend(TieredSpend {
        tiers: steps
            .iter()
            .map(|(least, off)| SpendTier {
                min_subtotal: eur(*least),
                cut: Cut::Amount(eur(*off)),
            })
            .collect(),
        products: None,
        repeats,
    })
}

fn one(reward: Reward) -> Promotion {
    promotion(1, vec![reward])
}

fn two(first: Reward, second: Reward) -> Vec<Promotion> {
    vec![promotion(1, vec![first]), promotion(2, vec![second])]
}

fn on_base(promotion: Promotion) -> Promotion {
    Promotion {
        base: DiscountBase::Base,
        ..promotion
    }
}

fn best(promotions: Vec<Promotion>) -> Vec<Promotion> {
    promotions
        .into_iter()
        .map(|promotion| Promotion {
            combination: Combination {
                group: Some("618".to_owned()),
                ..Combination::default()
            },
            ..promotion
        })
        .collect()
}

fn asking(condition: Condition, promotion: Promotion) -> Promotion {
    Promotion {
        conditions: vec![condition],
        ..promotion
    }
}

#[derive(Clone)]
struct Case {
    name: &'static str,
    draft: Draft,
    promotions: Vec<Promotion>,
    total: i64,
}

fn case(name: &'static str, draft: Draft, promotions: Vec<Promotion>, total: i64) -> Case {
    Case {
        name,
        draft,
        promotions,
        total,
    }
}

fn spend_cases() -> Vec<Case> {
    let steps = [(30_000, 5_000), (50_000, 10_000)];
    let of_first = |reward| {
        asking(
            Condition::ProductsSubtotal(ProductAmount {
                products: products(&[1]),
                amount: eur(10_000),
            }),
            one(reward),
        )
    };
    vec![
        case(
            "满300减50 just reached",
            cart(&[(30_000, 1)]),
            vec![one(ladder(&steps, false))],
            25_000,
        ),
        case(
            "满300减50 missed by a cent",
            cart(&[(29_999, 1)]),
            vec![one(ladder(&steps, false))],
            29_999,
        ),
        case(
            "满500减100 is the higher step",
            cart(&[(20_000, 3)]),
            vec![one(ladder(&steps, false))],
            50_000,
        ),
        case(
            "每满300减50 counts three times",
            cart(&[(31_000, 3)]),
            vec![one(ladder(&[(30_000, 5_000)], true))],
            78_000,
        ),
        case(
            "满减 after 40 % off still counts what was spent",
            cart(&[(30_000, 1)]),
            two(percent_off("40", &[1]), ladder(&steps, false)),
            13_000,
        ),
        case(
            "满减 leaves reduced goods out",
            reduced(&[(20_000, 1), (20_000, 1)]),
            vec![Promotion {
                applies_to_discounted: false,
                ..one(ladder(&steps, false))
            }],
            40_000,
        ),
        case(
            "10 off from 80",
            cart(&[(4_000, 2)]),
            vec![asking(
                Condition::MinSubtotal(eur(8_000)),
                one(Reward::fixed_off(eur(1_000))),
            )],
            7_000,
        ),
        case(
            "10 off the order for 100 of one brand",
            cart(&[(5_000, 2), (999, 1)]),
            vec![of_first(Reward::fixed_off(eur(1_000)))],
            9_999,
        ),
        case(
            "10 off missed: the rest is another brand",
            cart(&[(5_000, 1), (9_999, 1)]),
            vec![of_first(Reward::fixed_off(eur(1_000)))],
            14_999,
        ),
    ]
}

fn unit_cases() -> Vec<Case> {
    let first = || products(&[1]);
    let second = || products(&[2]);
    vec![
        case(
            "第二件半价",
            cart(&[(9_900, 2)]),
            vec![one(nth(2, "50"))],
            14_850,
        ),
        case(
            "第二件半价 with three units",
            cart(&[(9_900, 3)]),
            vec![one(nth(2, "50"))],
            24_750,
        ),
        case(
            "第二件半价 takes the cheaper one",
            cart(&[(9_900, 1), (5_000, 1)]),
            vec![one(nth(2, "50"))],
            12_400,
        ),
        case(
            "3 for 2 with odd prices",
            cart(&[(1_999, 1), (1_001, 1), (333, 1)]),
            vec![one(bundle(units(all(), 2), units(all(), 1), "100"))],
            3_000,
        ),
        case(
            "3 for 2 twice",
            cart(&[(1_000, 7)]),
            vec![one(bundle(units(all(), 2), units(all(), 1), "100"))],
            5_000,
        ),
        case(
            "buy one get one",
            cart(&[(2_500, 4)]),
            vec![one(bundle(units(all(), 1), units(all(), 1), "100"))],
            5_000,
        ),
        case(
            "a case free with the phone",
            cart(&[(50_000, 1), (2_000, 3)]),
            vec![one(bundle(units(first(), 1), units(second(), 1), "100"))],
            54_000,
        ),
        case(
            "no phone, no case",
            cart(&[(50_000, 1), (2_000, 3)]).without(1),
            vec![one(bundle(units(first(), 1), units(second(), 1), "100"))],
            6_000,
        ),
        case(
            "two shirts for 30 each",
            cart(&[(3_999, 2)]),
            vec![one(Reward::FixedPrice(FixedPrice {
                price: eur(3_000),
                products: first(),
            }))],
            6_000,
        ),
        case(
            "a set price never raises one",
            cart(&[(2_500, 2)]),
            vec![one(Reward::FixedPrice(FixedPrice {
                price: eur(3_000),
                products: first(),
            }))],
            5_000,
        ),
        case(
            "2 off each unit",
            cart(&[(1_000, 3), (150, 2)]),
            vec![one(Reward::FixedOff(FixedOff {
                amount: eur(200),
                products: Some(all()),
                per_unit: true,
            }))],
            2_400,
        ),
        case(
            "three of a kind, 10 % off them",
            cart(&[(1_000, 3), (1_000, 1)]),
            vec![asking(
                Condition::Products(units(first(), 3)),
                one(percent_off("10", &[1])),
            )],
            3_700,
        ),
        case(
            "everything but the reduced",
            reduced(&[(1_000, 1), (1_000, 1)]),
            vec![Promotion {
                applies_to_discounted: false,
                ..one(Reward::percent_off(percent("50")))
            }],
            1_500,
        ),
    ]
}

fn stacking_cases() -> Vec<Case> {
    let voucher = |base: fn(Promotion) -> Promotion| {
        base(promotion(9, vec![Reward::percent_off(percent("70"))]))
    };
    let sale = || vec![one(percent_off("40", &[1]))];
    let unchanged = |promotion| promotion;
    let kept = Promotion {
        min_payable: Some(eur(1_000)),
        ..voucher(on_base)
    };
    vec![
        case(
            "70 % voucher on a 40 % sale, of what is left",
            by_coupon(cart(&[(10_000, 1)]), voucher(unchanged)),
            sale(),
            1_800,
        ),
        case(
            "70 % voucher on a 40 % sale, of the full price, is never below nothing",
            by_coupon(cart(&[(10_000, 1)]), voucher(on_base)),
            sale(),
            0,
        ),
        case(
            "70 % voucher on a 40 % sale, ten must stay",
            by_coupon(cart(&[(10_000, 1)]), kept),
            sale(),
            1_000,
        ),
        case(
            "two of 20 % off, one after the other",
            cart(&[(10_000, 1)]),
            two(percent_off("20", &[1]), percent_off("20", &[1])),
            6_400,
        ),
        case(
            "two of 20 % off, both of the full price",
            cart(&[(10_000, 1)]),
            two(percent_off("20", &[1]), percent_off("20", &[1]))
                .into_iter()
                .map(on_base)
                .collect(),
            6_000,
        ),
        case(
            "618: the better of 满减 and 15 % off",
            cart(&[(40_000, 1)]),
            best(two(
                ladder(&[(30_000, 5_000)], false),
                Reward::percent_off(percent("15")),
            )),
            34_000,
        ),
        case(
            "618: 满减 is better on less",
            cart(&[(30_000, 1)]),
            best(two(
                ladder(&[(30_000, 5_000)], false),
                Reward::percent_off(percent("15")),
            )),
            25_000,
        ),
        case(
            "618: a member's coupon on a set flash price",
            by_coupon(
                cart(&[(99_900, 1)]),
                promotion(9, vec![Reward::fixed_off(eur(3_000))]),
            ),
            vec![one(Reward::FixedPrice(FixedPrice {
                price: eur(61_800),
                products: products(&[1]),
            }))],
            58_800,
        ),
        case(
            "20 % off, 30 at most",
            cart(&[(50_000, 1)]),
            vec![Promotion {
                max_discount: Some(eur(3_000)),
                ..one(Reward::percent_off(percent("20")))
            }],
            47_000,
        ),
    ]
}

fn shipping_cases() -> Vec<Case> {
    let half = Reward::ShippingOff(ShippingOff {
        cut: Cut::Percent(percent("50")),
        shipping_method_ids: BTreeSet::new(),
    });
    let elsewhere = Reward::FreeShipping(FreeShipping {
        shipping_method_ids: BTreeSet::from([uuid::Uuid::from_u128(8)]),
        max_price: None,
    });
    vec![
        case(
            "包邮",
            shipped(&[(5_000, 1)]),
            vec![one(Reward::free_shipping())],
            5_000,
        ),
        case(
            "half the shipping",
            shipped(&[(5_000, 1)]),
            vec![one(half)],
            5_300,
        ),
        case(
            "2 off shipping",
            shipped(&[(5_000, 1)]),
            vec![one(Reward::ShippingOff(ShippingOff {
                cut: Cut::Amount(eur(200)),
                shipping_method_ids: BTreeSet::new(),
            }))],
            5_400,
        ),
        case(
            "free by another carrier only",
            shipped(&[(5_000, 1)]),
            vec![one(elsewhere)],
            5_600,
        ),
    ]
}

trait Without {
    fn without(self, key: u128) -> Self;
}

impl Without for Draft {
    fn without(mut self, key: u128) -> Self {
        self.lines.retain(|line| line.key.as_u128() != key);
        self
    }
}

#[test]
fn offers_cost_what_they_promise() {
    let cases = [
        spend_cases(),
        unit_cases(),
        stacking_cases(),
        shipping_cases(),
    ]
    .concat();
    assert!(cases.len() >= 30);
    for case in cases {
        let cart = priced(&case.draft, &rules(case.promotions));
        assert_eq!(cart.total, eur(case.total), "{}", case.name);
    }
}

#[test]
fn offers_are_exact_without_decimals_and_with_three() {
    for (code, prices, total) in [
        ("JPY", [1_001, 333], 1_067),
        ("KWD", [10_005, 3_333], 10_670),
    ] {
        let money = |minor| Money::new(minor, currency(code));
        let cart = Draft {
            currency: currency(code),
            ..draft(vec![
                line(1, money(prices[0]), 1),
                line(2, money(prices[1]), 1),
            ])
        };
        let offer = vec![one(Reward::percent_off(percent("20")))];
        assert_eq!(priced(&cart, &rules(offer)).total, money(total), "{code}");
    }
}
