//! Offers a merchant would recognise.

use std::collections::BTreeSet;

use domain::money::Money;
use domain::pricing::Draft;
use domain::promotion::{
    Condition, Cut, FixedOff, FixedPrice, FreeShipping, ProductAmount, Promotion, Reward,
    ShippingOff,
};

use super::parts::{
    all, asking, best, bundle, by_coupon, cart, ladder, nth, on_base, on_flash_sale, one,
    percent_off, reduced, shipped, two, units, without_first,
};
use super::shop::{currency, draft, eur, line, percent, products, promotion};

/// An offer, and a cart it is about.
#[derive(Clone)]
pub(super) struct Case {
    /// What it is, for whoever reads English.
    pub(super) name: &'static str,
    /// What it is, for whoever reads Chinese.
    pub(super) chinese: &'static str,
    pub(super) draft: Draft,
    pub(super) promotions: Vec<Promotion>,
}

fn case(
    name: &'static str,
    chinese: &'static str,
    draft: Draft,
    promotions: Vec<Promotion>,
) -> Case {
    Case {
        name,
        chinese,
        draft,
        promotions,
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
            "50 off from 300 on, just reached",
            "满300减50，刚好达到",
            cart(&[(30_000, 1)]),
            vec![one(ladder(&steps, false))],
        ),
        case(
            "50 off from 300 on, missed by a cent",
            "满300减50，差一分",
            cart(&[(29_999, 1)]),
            vec![one(ladder(&steps, false))],
        ),
        case(
            "100 off from 500 on is the higher step",
            "满500减100，按高档",
            cart(&[(20_000, 3)]),
            vec![one(ladder(&steps, false))],
        ),
        case(
            "50 off every 300 counts three times",
            "每满300减50，减三次",
            cart(&[(31_000, 3)]),
            vec![one(ladder(&[(30_000, 5_000)], true))],
        ),
        case(
            "the ladder after 40 % off still counts what was spent",
            "六折后满减，仍按原价计",
            cart(&[(30_000, 1)]),
            two(percent_off("40", &[1]), ladder(&steps, false)),
        ),
        case(
            "the ladder leaves reduced goods out",
            "特价商品不参加满减",
            reduced(&[(20_000, 1), (20_000, 1)]),
            vec![Promotion {
                applies_to_discounted: false,
                ..one(ladder(&steps, false))
            }],
        ),
        case(
            "10 off from 80 on",
            "满80减10",
            cart(&[(4_000, 2)]),
            vec![asking(
                Condition::MinSubtotal(eur(8_000)),
                one(Reward::fixed_off(eur(1_000))),
            )],
        ),
        case(
            "10 off the order for 100 of one brand",
            "某品牌满100，整单减10",
            cart(&[(5_000, 2), (999, 1)]),
            vec![of_first(Reward::fixed_off(eur(1_000)))],
        ),
        case(
            "10 off missed, the rest is another brand",
            "其他品牌不计，未满100",
            cart(&[(5_000, 1), (9_999, 1)]),
            vec![of_first(Reward::fixed_off(eur(1_000)))],
        ),
    ]
}

fn unit_cases() -> Vec<Case> {
    let first = || products(&[1]);
    let second = || products(&[2]);
    vec![
        case(
            "half off the second",
            "第二件半价",
            cart(&[(9_900, 2)]),
            vec![one(nth(2, "50"))],
        ),
        case(
            "half off the second, with three units",
            "第二件半价，买三件",
            cart(&[(9_900, 3)]),
            vec![one(nth(2, "50"))],
        ),
        case(
            "half off the second takes the cheaper one",
            "第二件半价，便宜的那件半价",
            cart(&[(9_900, 1), (5_000, 1)]),
            vec![one(nth(2, "50"))],
        ),
        case(
            "three for two with odd prices",
            "买二送一，零头价格",
            cart(&[(1_999, 1), (1_001, 1), (333, 1)]),
            vec![one(bundle(units(all(), 2), units(all(), 1), "100"))],
        ),
        case(
            "three for two, twice",
            "买二送一，送两次",
            cart(&[(1_000, 7)]),
            vec![one(bundle(units(all(), 2), units(all(), 1), "100"))],
        ),
        case(
            "buy one get one",
            "买一送一",
            cart(&[(2_500, 4)]),
            vec![one(bundle(units(all(), 1), units(all(), 1), "100"))],
        ),
        case(
            "a case free with the phone",
            "买手机送手机壳",
            cart(&[(50_000, 1), (2_000, 3)]),
            vec![one(bundle(units(first(), 1), units(second(), 1), "100"))],
        ),
        case(
            "no phone, no case",
            "没买手机，不送手机壳",
            without_first(cart(&[(50_000, 1), (2_000, 3)])),
            vec![one(bundle(units(first(), 1), units(second(), 1), "100"))],
        ),
        case(
            "two shirts for 30 each",
            "衬衫一口价30",
            cart(&[(3_999, 2)]),
            vec![one(Reward::FixedPrice(FixedPrice {
                price: eur(3_000),
                products: first(),
            }))],
        ),
        case(
            "a set price never raises one",
            "一口价不会涨价",
            cart(&[(2_500, 2)]),
            vec![one(Reward::FixedPrice(FixedPrice {
                price: eur(3_000),
                products: first(),
            }))],
        ),
        case(
            "2 off each unit",
            "每件减2，不减到负数",
            cart(&[(1_000, 3), (150, 2)]),
            vec![one(Reward::FixedOff(FixedOff {
                amount: eur(200),
                products: Some(all()),
                per_unit: true,
            }))],
        ),
        case(
            "three of a kind, 10 % off them",
            "同款三件九折",
            cart(&[(1_000, 3), (1_000, 1)]),
            vec![asking(
                Condition::Products(units(first(), 3)),
                one(percent_off("10", &[1])),
            )],
        ),
        case(
            "half off everything but the reduced",
            "特价除外，全场五折",
            reduced(&[(1_000, 1), (1_000, 1)]),
            vec![Promotion {
                applies_to_discounted: false,
                ..one(Reward::percent_off(percent("50")))
            }],
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
            "六折后再用三折券，按折后价",
            by_coupon(cart(&[(10_000, 1)]), voucher(unchanged)),
            sale(),
        ),
        case(
            "70 % voucher on a 40 % sale, of the full price, never below nothing",
            "六折加三折券，按原价，不低于零",
            by_coupon(cart(&[(10_000, 1)]), voucher(on_base)),
            sale(),
        ),
        case(
            "70 % voucher on a 40 % sale, ten must stay",
            "六折加三折券，至少付10",
            by_coupon(cart(&[(10_000, 1)]), kept),
            sale(),
        ),
        case(
            "two of 20 % off, one after the other",
            "两个八折，折上折",
            cart(&[(10_000, 1)]),
            two(percent_off("20", &[1]), percent_off("20", &[1])),
        ),
        case(
            "two of 20 % off, both of the full price",
            "两个八折，都按原价",
            cart(&[(10_000, 1)]),
            two(percent_off("20", &[1]), percent_off("20", &[1]))
                .into_iter()
                .map(on_base)
                .collect(),
        ),
        case(
            "618, the better of the ladder and 15 % off",
            "618：满减与八五折，取优",
            cart(&[(40_000, 1)]),
            best(two(
                ladder(&[(30_000, 5_000)], false),
                Reward::percent_off(percent("15")),
            )),
        ),
        case(
            "618, the ladder is better on less",
            "618：金额小时满减更优",
            cart(&[(30_000, 1)]),
            best(two(
                ladder(&[(30_000, 5_000)], false),
                Reward::percent_off(percent("15")),
            )),
        ),
        case(
            "618, a member's coupon on a flash price",
            "618限时价再用会员券",
            by_coupon(
                on_flash_sale(99_900, 61_800),
                promotion(9, vec![Reward::fixed_off(eur(3_000))]),
            ),
            vec![],
        ),
        case(
            "20 % off, 30 at most",
            "八折，最多减30",
            cart(&[(50_000, 1)]),
            vec![Promotion {
                max_discount: Some(eur(3_000)),
                ..one(Reward::percent_off(percent("20")))
            }],
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
            "free shipping",
            "包邮",
            shipped(&[(5_000, 1)]),
            vec![one(Reward::free_shipping())],
        ),
        case(
            "half the shipping",
            "运费半价",
            shipped(&[(5_000, 1)]),
            vec![one(half)],
        ),
        case(
            "2 off shipping",
            "运费减2",
            shipped(&[(5_000, 1)]),
            vec![one(Reward::ShippingOff(ShippingOff {
                cut: Cut::Amount(eur(200)),
                shipping_method_ids: BTreeSet::new(),
            }))],
        ),
        case(
            "free by another carrier only",
            "仅其他快递包邮",
            shipped(&[(5_000, 1)]),
            vec![one(elsewhere)],
        ),
    ]
}

fn currency_cases() -> Vec<Case> {
    let fifth_off = |code: &str, prices: [i64; 2]| {
        let money = |minor| Money::new(minor, currency(code));
        let cart = Draft {
            currency: currency(code),
            ..draft(vec![
                line(1, money(prices[0]), 1),
                line(2, money(prices[1]), 1),
            ])
        };
        (cart, vec![one(Reward::percent_off(percent("20")))])
    };
    let (yen, yen_off) = fifth_off("JPY", [1_001, 333]);
    let (dinar, dinar_off) = fifth_off("KWD", [10_005, 3_333]);
    vec![
        case(
            "20 % off without decimals",
            "八折，无小数货币",
            yen,
            yen_off,
        ),
        case(
            "20 % off with three decimals",
            "八折，三位小数货币",
            dinar,
            dinar_off,
        ),
    ]
}

/// All of them.
pub(super) fn all_cases() -> Vec<Case> {
    [
        spend_cases(),
        unit_cases(),
        stacking_cases(),
        shipping_cases(),
        currency_cases(),
    ]
    .concat()
}
