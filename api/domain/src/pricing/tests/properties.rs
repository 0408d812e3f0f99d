//! What holds for every cart under every rule.

use std::collections::BTreeSet;

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof, proptest};
use uuid::Uuid;

use super::varied::varied;
use super::{
    check_sums, currency, draft, entered, eur, line, now, once, percent, post, priced, products,
    promotion, rules, vat,
};
use crate::money::{Currency, Money};
use crate::percent::Percent;
use crate::points::RedeemPolicy;
use crate::pricing::{Buyer, CatalogOffer, Draft, DraftLine, PricedCart, Rules, price};
use crate::promotion::{
    BuyXGetY, Combination, Condition, Cut, DiscountBase, EveryNth, FixedOff, FixedPrice, GroupMode,
    PercentOff, PointsMultiplier, ProductQuantity, ProductSelector, Promotion, PromotionClass,
    PromotionStatus, Reward, ShippingOff, SpendTier, TieredSpend,
};
use crate::shipping::ShippingMethod;
use crate::tax::TaxRate;
use crate::text_enum::TextEnum as _;
use crate::unit_price::{PriceOrigin, PriceSourceKind};

/// Some of the first products.
fn selectors() -> BoxedStrategy<ProductSelector> {
    vec(1_u128..12, 0..6)
        .prop_map(|keys| products(&keys))
        .boxed()
}

fn percents() -> BoxedStrategy<Percent> {
    (1_u32..=1_000_000)
        .prop_map(|ppm| Percent::from_ppm(ppm).unwrap())
        .boxed()
}

fn amounts(currency: Currency) -> BoxedStrategy<Money> {
    (1_i64..50_000)
        .prop_map(move |minor| Money::new(minor, currency))
        .boxed()
}

fn cuts(currency: Currency) -> BoxedStrategy<Cut> {
    prop_oneof![
        percents().prop_map(Cut::Percent),
        amounts(currency).prop_map(Cut::Amount),
    ]
    .boxed()
}

fn rewards_on_lines(currency: Currency) -> BoxedStrategy<Reward> {
    let quantity = || {
        (selectors(), 1_u32..4)
            .prop_map(|(products, quantity)| ProductQuantity { products, quantity })
    };
    prop_oneof![
        (percents(), selectors()).prop_map(|(percent, products)| Reward::PercentOff(PercentOff {
            percent,
            products: Some(products)
        })),
        (amounts(currency), option::of(selectors()), any::<bool>()).prop_map(
            |(amount, products, per_unit)| Reward::FixedOff(FixedOff {
                amount,
                products,
                per_unit
            })
        ),
        (amounts(currency), selectors())
            .prop_map(|(price, products)| Reward::FixedPrice(FixedPrice { price, products })),
        (quantity(), quantity(), percents(), option::of(1_u32..4)).prop_map(
            |(buy, get, percent, max_uses)| Reward::BuyXGetY(Box::new(BuyXGetY {
                buy,
                get,
                percent,
                max_uses
            }))
        ),
        (selectors(), 2_u32..5, percents()).prop_map(|(products, nth, percent)| Reward::EveryNth(
            EveryNth {
                products,
                nth,
                percent,
                max_uses: None
            }
        )),
    ]
    .boxed()
}

fn rewards(currency: Currency) -> BoxedStrategy<Reward> {
    let tiers = vec((1_i64..30_000, cuts(currency)), 1..4);
    prop_oneof![
        3 => rewards_on_lines(currency),
        1 => percents().prop_map(Reward::percent_off),
        1 => amounts(currency).prop_map(Reward::fixed_off),
        1 => (tiers, option::of(selectors()), any::<bool>()).prop_map(move |(steps, products, repeats)| {
            let tiers = steps.into_iter().scan(0, |least, (more, cut)| {
                *least += more;
                Some(SpendTier { min_subtotal: Money::new(*least, currency), cut })
            });
            Reward::TieredSpend(TieredSpend { tiers: tiers.collect(), products, repeats })
        }),
        1 => Just(Reward::free_shipping()),
        1 => cuts(currency).prop_map(|cut| Reward::ShippingOff(ShippingOff { cut, shipping_method_ids: BTreeSet::new() })),
        1 => (1_001_u32..5_000).prop_map(|thousandths| Reward::PointsMultiplier(PointsMultiplier { thousandths })),
    ]
    .boxed()
}

fn combinations() -> BoxedStrategy<Combination> {
    let classes = prop_oneof![
        3 => Just(PromotionClass::ALL.to_vec()),
        1 => vec(proptest::sample::select(PromotionClass::ALL.to_vec()), 0..4),
    ];
    let groups = || option::of(prop_oneof![Just("a".to_owned()), Just("b".to_owned())]);
    (
        groups(),
        any::<bool>(),
        proptest::bool::weighted(0.1),
        classes,
        groups(),
    )
        .prop_map(
            |(group, is_best_of, is_exclusive, classes, tolerated)| Combination {
                group,
                group_mode: if is_best_of {
                    GroupMode::BestOf
                } else {
                    GroupMode::Stack
                },
                is_exclusive,
                combines_with: classes.into_iter().collect(),
                combines_with_groups: tolerated.into_iter().collect(),
            },
        )
        .boxed()
}

pub(super) fn promotions(
    currency: Currency,
    first: u128,
    most: usize,
) -> BoxedStrategy<Vec<Promotion>> {
    let money = move |most: i64| {
        option::weighted(
            0.3,
            (1..most).prop_map(move |minor| Money::new(minor, currency)),
        )
    };
    let one = (
        vec(rewards(currency), 1..4),
        -3_i32..3,
        0_i64..60_000,
        (money(20_000), money(20_000), money(30_000)),
        (any::<bool>(), any::<bool>()),
        combinations(),
    );
    vec(one, 0..=most)
        .prop_map(move |list| {
            (first..)
                .zip(list)
                .map(
                    |(id, (rewards, priority, least, limits, settings, combination))| Promotion {
                        priority,
                        conditions: vec![Condition::MinSubtotal(Money::new(least, currency))],
                        max_discount: limits.0,
                        min_payable: limits.1,
                        budget_left: limits.2,
                        base: if settings.0 {
                            DiscountBase::Base
                        } else {
                            DiscountBase::Running
                        },
                        applies_to_discounted: settings.1,
                        combination,
                        ..promotion(id, rewards)
                    },
                )
                .collect()
        })
        .boxed()
}

/// Own prices, prices of two promotions of the catalog, and those for members.
fn origins() -> BoxedStrategy<PriceOrigin> {
    let by = |kind, id, is_for_members| PriceOrigin {
        kind,
        rule_id: Some(Uuid::from_u128(id)),
        rule_version: Some(1),
        label: format!("Rule {id}").into(),
        is_for_members,
        ..PriceOrigin::own()
    };
    prop_oneof![
        3 => Just(PriceOrigin::own()),
        1 => (201_u128..203, any::<bool>()).prop_map(move |(id, is_for_members)| by(PriceSourceKind::Promotion, id, is_for_members)),
        1 => Just(by(PriceSourceKind::MemberTier, 301, true)),
    ]
    .boxed()
}

/// The promotions of the catalog behind the prices of lines, and one that lowered none.
fn catalog(lines: &[DraftLine]) -> Vec<CatalogOffer> {
    let ids = (201..204).map(Uuid::from_u128);
    ids.map(|promotion_id| {
        let own = lines
            .iter()
            .filter(|line| line.origin.rule_id == Some(promotion_id));
        CatalogOffer {
            promotion_id,
            promotion_version: 1,
            label: format!("Catalog {promotion_id}"),
            status: PromotionStatus::Active,
            lines: own.map(|line| line.key).collect(),
        }
    })
    .collect()
}

pub(super) fn lines(currency: Currency) -> BoxedStrategy<Vec<DraftLine>> {
    let one = (
        0_i64..100_000,
        1_u32..20,
        any::<bool>(),
        any::<bool>(),
        any::<bool>(),
        origins(),
    );
    vec(one, 0..12)
        .prop_map(move |list| {
            (1_u128..)
                .zip(list)
                .map(
                    |(key, (minor, quantity, is_lower, is_shippable, is_reduced, origin))| {
                        DraftLine {
                            origin: PriceOrigin {
                                lowered_from: (origin.kind == PriceSourceKind::Promotion)
                                    .then(|| Money::new(minor + 7, currency)),
                                ..origin
                            },
                            tax_class: if is_lower { "reduced" } else { "standard" }.to_owned(),
                            is_shippable,
                            compare_at: is_reduced.then(|| Money::new(minor + 1, currency)),
                            ..line(key, Money::new(minor, currency), quantity)
                        }
                    },
                )
                .collect()
        })
        .boxed()
}

pub(super) fn carts() -> BoxedStrategy<(Draft, Rules)> {
    let currencies = prop_oneof![Just("EUR"), Just("JPY"), Just("KWD")];
    currencies
        .prop_flat_map(|code| {
            let currency = currency(code);
            let settings = (
                any::<bool>(),
                option::of(0_i64..2_000),
                0_u32..=400_000,
                0_u32..=400_000,
            );
            let points = (0_u32..50_000, -100_i64..50_000, any::<bool>());
            (
                lines(currency),
                promotions(currency, 1, 5),
                promotions(currency, 101, 3),
                settings,
                points,
            )
                .prop_map(move |(lines, automatic, by_coupon, settings, points)| {
                    cart(currency, lines, automatic, by_coupon, settings, points)
                })
        })
        .boxed()
}

fn cart(
    currency: Currency,
    lines: Vec<DraftLine>,
    automatic: Vec<Promotion>,
    by_coupon: Vec<Promotion>,
    (tax_included, shipping, standard, reduced): (bool, Option<i64>, u32, u32),
    (points_wished, points_balance, is_member): (u32, i64, bool),
) -> (Draft, Rules) {
    let rate = |id, class: &str, ppm| TaxRate {
        id: Uuid::from_u128(id),
        tax_class: class.to_owned(),
        rate: Percent::from_ppm(ppm).unwrap(),
        ..vat()
    };
    let draft = Draft {
        currency,
        tax_included,
        shipping: shipping.map(|minor| ShippingMethod {
            price: Money::new(minor, currency),
            free_over: None,
            ..post(0)
        }),
        buyer: Buyer {
            member_id: is_member.then_some(Uuid::nil()),
            points_balance,
            ..Buyer::default()
        },
        coupons: by_coupon
            .into_iter()
            .enumerate()
            .map(|(place, promotion)| entered(&format!("CODE-{place}"), promotion))
            .collect(),
        points_wished,
        catalog: catalog(&lines),
        ..draft(lines)
    };
    let rules = Rules {
        promotions: automatic,
        tax_rates: vec![rate(1, "standard", standard), rate(2, "reduced", reduced)],
        redeem: RedeemPolicy::try_new(100, Money::new(100, currency), 10, percent("50")),
        points_label: "Points".to_owned(),
        earn: vec![once()],
        ..Rules::default()
    };
    (draft, rules)
}

/// What the buyer gives, in money and points.
pub(super) fn given(cart: &PricedCart) -> i64 {
    cart.total.minor + cart.points.discount.minor
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(2_000))]

    #[test]
    fn every_cart_adds_up((draft, rules) in varied()) {
        let cart = priced(&draft, &rules);
        let told = rules.promotions.len() + draft.coupons.len() + draft.catalog.len();
        assert_eq!(cart.evaluations.len(), told);
        assert!(i64::from(cart.points.spent) <= draft.buyer.points_balance.max(0));
        let (bought, given): (Vec<_>, Vec<_>) = cart.lines.iter().partition(|line| line.gift_of.is_none());
        assert_eq!(bought.len(), draft.lines.len());
        for gift in &draft.gifts {
            let keys = draft.gifts.iter().filter(|other| other.variant_id == gift.variant_id).map(|other| other.key);
            let keys: BTreeSet<_> = keys.collect();
            let units: u32 = given.iter().filter(|line| keys.contains(&line.key)).map(|line| line.quantity).sum();
            let most = draft.gifts.iter().filter(|other| other.variant_id == gift.variant_id).map(|other| other.available);
            assert!(units <= most.max().unwrap(), "{gift:?}");
        }
        let lowered: i64 = draft.lines.iter().filter_map(|line| {
            Some((line.origin.lowered_from?.minor - line.unit_price.minor) * i64::from(line.quantity.get()))
        }).sum();
        assert_eq!(cart.lowered.iter().map(|lowered| lowered.discount.minor).sum::<i64>(), lowered);
        let all = rules.promotions.iter().chain(draft.coupons.iter().map(|entered| &entered.facts.as_ref().unwrap().promotion));
        let of = |id| all.clone().find(|promotion| promotion.id == id).unwrap();
        for applied in &cart.applied {
            let promotion = of(applied.promotion_id);
            for limit in [promotion.max_discount, promotion.budget_left].into_iter().flatten() {
                assert!(applied.discount.minor <= limit.minor, "{promotion:?}");
            }
            let goods = cart.subtotal.minor + cart.discount_total.minor;
            let on_goods = cart.adjustments.iter().any(|step| step.line.is_some() && *step.label == *promotion.label);
            if let Some(least) = promotion.min_payable.filter(|_| on_goods) {
                assert!(goods >= least.minor, "{promotion:?}");
            }
        }
        for (index, applied) in cart.applied.iter().enumerate() {
            let one = of(applied.promotion_id);
            for other in cart.applied.iter().skip(index + 1).map(|applied| of(applied.promotion_id)) {
                let contest = one.combination.contest();
                assert!(contest.is_none() || contest != other.combination.contest(), "two of one group");
                assert!(!one.combination.is_exclusive, "after an exclusive one");
            }
        }
    }

    #[test]
    fn the_order_of_lines_coupons_and_promotions_changes_nothing((draft, rules) in varied(), turn in 0_usize..12) {
        let mut turned = draft.clone();
        let mut turned_rules = rules.clone();
        turned.lines.reverse();
        turned.coupons.reverse();
        turned_rules.promotions.reverse();
        let places = turned.lines.len().max(1);
        turned.lines.rotate_left((turn % places).min(draft.lines.len()));
        let mut cart = priced(&draft, &rules);
        let mut other = priced(&turned, &turned_rules);
        cart.lines.sort_by_key(|line| line.key);
        other.lines.sort_by_key(|line| line.key);
        assert_eq!(cart, other);
    }

    #[test]
    fn one_more_promotion_to_choose_from_makes_no_cart_dearer((draft, mut rules) in varied()) {
        for promotion in &mut rules.promotions {
            promotion.combination.group_mode = GroupMode::BestOf;
            promotion.combination.group.get_or_insert_with(|| "a".to_owned());
        }
        // Points are spent as wished, so that what the buyer gives compares.
        let draft = Draft { points_wished: 0, coupons: Vec::new(), ..draft };
        let mut before = None;
        for count in 0..=rules.promotions.len() {
            let some = Rules { promotions: rules.promotions.iter().take(count).cloned().collect(), ..rules.clone() };
            let now = given(&priced(&draft, &some));
            assert!(before.is_none_or(|before| now <= before), "{before:?} became {now}");
            before = Some(now);
        }
    }

    #[test]
    fn free_units_never_exceed_their_share(
        lines in vec((1_i64..1_000, 1_u32..9), 1..8), buy in 1_u32..4, get in 1_u32..4, max_uses in option::of(1_u32..3),
    ) {
        let lines: Vec<DraftLine> = (1_u128..).zip(&lines).map(|(key, (minor, quantity))| line(key, eur(*minor), *quantity)).collect();
        let all = |quantity| ProductQuantity { products: ProductSelector::default(), quantity };
        let free = Reward::BuyXGetY(Box::new(BuyXGetY { buy: all(buy), get: all(get), percent: Percent::HUNDRED, max_uses }));
        let cart = priced(&draft(lines.clone()), &rules(vec![promotion(1, vec![free])]));
        let mut units: Vec<i64> = lines.iter().flat_map(|line| vec![line.unit_price.minor; usize::try_from(line.quantity.get()).unwrap()]).collect();
        units.sort_unstable();
        let count = u32::try_from(units.len()).unwrap();
        let uses = (count / (buy + get)).min(max_uses.unwrap_or(u32::MAX));
        let cheapest: i64 = units.iter().take(usize::try_from(uses * get).unwrap()).sum();
        assert_eq!(cart.discount_total.minor, -cheapest);
    }

    #[test]
    fn any_prices_give_a_total_or_an_overflow(
        minors in vec(any::<i64>(), 1..5), quantity in 1_u32..100_000, tax_included: bool,
        rewards in vec(rewards(currency("EUR")), 1..4), most: i64, best: bool,
    ) {
        let lines = (1_u128..).zip(&minors).map(|(key, minor)| line(key, eur(*minor), quantity)).collect();
        let draft = Draft { tax_included, shipping: Some(post(i64::MAX)), ..draft(lines) };
        let extreme = Promotion {
            max_discount: Some(eur(most)),
            combination: Combination { group: best.then(|| "a".to_owned()), ..Combination::default() },
            ..promotion(1, rewards)
        };
        let amount = Reward::FixedOff(FixedOff { amount: eur(i64::MAX), products: None, per_unit: true });
        if let Ok(cart) = price(&draft, &rules(vec![extreme, promotion(2, vec![amount])]), now()) {
            check_sums(&cart);
        }
    }
}
