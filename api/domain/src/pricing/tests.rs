//! Carts with known prices, and properties of all carts.

use chrono::{DateTime, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use uuid::Uuid;

use super::{
    AdjustmentKind, Buyer, CouponFacts, Draft, DraftLine, EnteredCoupon, PricedCart, PricingError,
    Rules, price,
};
use crate::address::CountryCode;
use crate::coupon::{Coupon, CouponCode, CouponStatus, CouponTemplate};
use crate::money::{Currency, Money, MoneyError};
use crate::percent::Percent;
use crate::points::{EarnRule, RedeemPolicy};
use crate::promotion::{
    Condition, EvaluationReason, Missing, Outcome, Promotion, PromotionStatus, Refusal, Reward,
};
use crate::quantity::Quantity;
use crate::shipping::ShippingMethod;
use crate::tax::{Destination, TaxRate};

fn now() -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(20_000)
}

fn currency(code: &str) -> Currency {
    Currency::parse(code).unwrap()
}

fn eur(minor: i64) -> Money {
    Money::new(minor, currency("EUR"))
}

fn percent(text: &str) -> Percent {
    Percent::parse(text).unwrap()
}

fn line(key: u128, unit_price: Money, quantity: u32) -> DraftLine {
    DraftLine {
        key: Uuid::from_u128(key),
        unit_price,
        quantity: Quantity::try_new(quantity).unwrap(),
        tax_class: "standard".to_owned(),
        is_shippable: true,
    }
}

fn draft(lines: Vec<DraftLine>) -> Draft {
    Draft {
        currency: currency("EUR"),
        tax_included: true,
        lines,
        shipping: None,
        destination: Some(Destination {
            country: CountryCode::parse("DE").unwrap(),
            province: None,
        }),
        buyer: Buyer::default(),
        coupons: vec![],
        points_wished: 0,
    }
}

fn promotion(id: u128, rewards: Vec<Reward>) -> Promotion {
    Promotion {
        id: Uuid::from_u128(id),
        label: format!("Promotion {id}"),
        status: PromotionStatus::Active,
        starts_at: None,
        ends_at: None,
        conditions: vec![],
        rewards,
        priority: i32::try_from(id).unwrap(),
        max_discount: None,
        uses_left: None,
        buyer_uses_left: None,
    }
}

fn entered(code: &str, promotion: Promotion) -> EnteredCoupon {
    EnteredCoupon {
        code: CouponCode::parse(code).unwrap(),
        facts: Some(CouponFacts {
            coupon: Coupon {
                id: Uuid::from_u128(99),
                status: CouponStatus::Available,
                member_id: None,
                usage_limit: None,
                used_count: 0,
                uses_per_member: None,
            },
            template: CouponTemplate::default(),
            label: format!("Coupon {code}"),
            uses_by_buyer: 0,
            promotion,
        }),
    }
}

fn post(price: i64) -> ShippingMethod {
    ShippingMethod {
        id: Uuid::from_u128(7),
        name: "Post".to_owned(),
        price: eur(price),
        free_over: Some(eur(10_000)),
        countries: vec![],
        tax_class: "standard".to_owned(),
        is_pickup: false,
        position: 0,
    }
}

fn vat() -> TaxRate {
    TaxRate {
        id: Uuid::from_u128(19),
        code: "de".to_owned(),
        name: "VAT 19 %".to_owned(),
        country: None,
        province: None,
        tax_class: "standard".to_owned(),
        rate: percent("19"),
    }
}

fn rules(promotions: Vec<Promotion>) -> Rules {
    Rules {
        promotions,
        tax_rates: vec![vat()],
        points_label: "Points".to_owned(),
        ..Rules::default()
    }
}

fn redeem() -> Option<RedeemPolicy> {
    RedeemPolicy::try_new(100, eur(100), 0, percent("50"))
}

fn once() -> EarnRule {
    EarnRule {
        key: "order".to_owned(),
        points_per_unit_ppm: 1_000_000,
        fixed_points: 0,
        max_per_day: None,
    }
}

/// Checks that all figures follow from the lines and the adjustments, independently of how they were computed.
fn check_sums(cart: &PricedCart) {
    let sum = |minors: &mut dyn Iterator<Item = i64>| -> i128 { minors.map(i128::from).sum() };
    let not_included: Vec<_> = cart
        .adjustments
        .iter()
        .filter(|step| !step.included)
        .collect();
    let steps = sum(&mut not_included.iter().map(|step| step.amount.minor));
    assert_eq!(
        i128::from(cart.subtotal.minor) + steps,
        i128::from(cart.total.minor)
    );
    for line in &cart.lines {
        let own = sum(&mut not_included
            .iter()
            .filter(|step| step.line == Some(line.key))
            .map(|step| step.amount.minor));
        assert_eq!(
            i128::from(line.subtotal.minor) + own,
            i128::from(line.total.minor)
        );
        assert!(
            line.discount_total.minor <= 0 && line.total.minor >= 0 && line.tax_total.minor >= 0
        );
        let taxes = sum(&mut cart
            .adjustments_of(line.key)
            .filter(|step| step.kind == AdjustmentKind::Tax)
            .map(|step| step.amount.minor));
        assert_eq!(taxes, i128::from(line.tax_total.minor));
    }
    let whole = sum(&mut not_included
        .iter()
        .filter(|step| step.line.is_none())
        .map(|step| step.amount.minor));
    let lines = sum(&mut cart.lines.iter().map(|line| line.total.minor));
    assert_eq!(lines + whole, i128::from(cart.total.minor));
    let added_tax = if cart.tax_included {
        0
    } else {
        cart.tax_total.minor
    };
    let parts = [
        cart.subtotal.minor,
        cart.discount_total.minor,
        cart.shipping_total.minor,
        added_tax,
    ];
    assert_eq!(sum(&mut parts.into_iter()), i128::from(cart.total.minor));
    assert!(cart.total.minor >= 0 && cart.shipping_total.minor >= 0);
    assert!(
        cart.adjustments
            .iter()
            .all(|step| step.amount.currency == cart.currency)
    );
    let given: i128 = sum(&mut cart.applied.iter().map(|applied| applied.discount.minor));
    let explained = sum(&mut not_included
        .iter()
        .filter(|step| {
            matches!(
                step.kind,
                AdjustmentKind::Promotion | AdjustmentKind::Coupon
            )
        })
        .map(|step| step.amount.minor));
    assert_eq!(given, -explained);
}

fn priced(draft: &Draft, rules: &Rules) -> PricedCart {
    let cart = price(draft, rules, now()).unwrap();
    check_sums(&cart);
    cart
}

#[test]
fn an_empty_cart_costs_nothing() {
    let cart = priced(
        &draft(vec![]),
        &rules(vec![promotion(1, vec![Reward::PercentOff(percent("10"))])]),
    );
    assert_eq!(cart.total, eur(0));
    assert_eq!(
        cart.evaluations
            .first()
            .map(|evaluation| evaluation.outcome),
        Some(Outcome::Refused(EvaluationReason::MinPayableReached.into()))
    );
}

#[test]
fn all_stages_of_a_gross_cart_add_up() {
    let mut draft = draft(vec![line(1, eur(1_999), 2), line(2, eur(501), 1)]);
    draft.shipping = Some(post(490));
    draft.buyer = Buyer {
        member_id: Some(Uuid::from_u128(5)),
        is_first_order: Some(true),
        points_balance: 300,
    };
    draft.points_wished = 250;
    draft.coupons = vec![entered(
        "TENOFF",
        promotion(2, vec![Reward::FixedOff(eur(1_000))]),
    )];
    let mut rules = rules(vec![promotion(1, vec![Reward::PercentOff(percent("10"))])]);
    rules.redeem = redeem();
    rules.earn = vec![once()];
    let cart = priced(&draft, &rules);
    // 44.99 − 4.50 (10 %) − 10.00 (coupon) − 2.50 (points) = 27.99, + 4.90 shipping = 32.89.
    assert_eq!(cart.subtotal, eur(4_499));
    assert_eq!(cart.discount_total, eur(-1_700));
    assert_eq!(cart.shipping_total, eur(490));
    assert_eq!(cart.total, eur(3_289));
    assert_eq!(cart.tax_total, eur(525));
    assert_eq!(
        (
            cart.points.spent,
            cart.points.discount,
            cart.points.spendable
        ),
        (250, eur(250), 300)
    );
    // Net of tax the goods are 23.52.
    assert_eq!(cart.points.earned(), 23);
    let discounts: Vec<Money> = cart
        .applied
        .iter()
        .map(|applied| applied.discount)
        .collect();
    assert_eq!(discounts, [eur(450), eur(1_000)]);
}

#[test]
fn net_prices_get_their_tax_added() {
    let mut draft = draft(vec![line(1, eur(1_000), 1), line(2, eur(50), 1)]);
    draft.tax_included = false;
    draft.shipping = Some(post(500));
    let cart = priced(&draft, &rules(vec![]));
    assert_eq!(cart.tax_total, eur(295));
    assert_eq!(cart.total, eur(1_845));
    assert_eq!(
        cart.lines
            .iter()
            .map(|line| line.tax_total.minor)
            .sum::<i64>()
            + 95,
        295
    );
}

#[test]
fn a_cap_limits_all_rewards_of_a_promotion_together() {
    let mut draft = draft(vec![line(1, eur(1_000), 1)]);
    draft.shipping = Some(post(490));
    let capped = Promotion {
        max_discount: Some(eur(300)),
        ..promotion(
            1,
            vec![
                Reward::PercentOff(percent("10")),
                Reward::FixedOff(eur(150)),
                Reward::FreeShipping { max_price: None },
            ],
        )
    };
    let cart = priced(&draft, &rules(vec![capped]));
    assert_eq!(cart.discount_total, eur(-250));
    assert_eq!(cart.shipping_total, eur(440));
}

#[test]
fn free_shipping_waits_until_a_way_is_chosen_and_needs_something_to_ship() {
    let free = || {
        rules(vec![promotion(
            1,
            vec![Reward::FreeShipping { max_price: None }],
        )])
    };
    let mut draft = draft(vec![line(1, eur(1_000), 1)]);
    let outcome = |draft: &Draft| priced(draft, &free()).evaluations.first().unwrap().outcome;
    assert_eq!(outcome(&draft), Outcome::Applied(eur(0)));
    draft.shipping = Some(post(490));
    assert_eq!(outcome(&draft), Outcome::Applied(eur(490)));
    draft.lines[0].is_shippable = false;
    assert_eq!(
        outcome(&draft),
        Outcome::Refused(EvaluationReason::MinPayableReached.into())
    );
    assert_eq!(priced(&draft, &free()).shipping_total, eur(0));
}

#[test]
fn dear_shipping_is_not_free() {
    let mut draft = draft(vec![line(1, eur(1_000), 1)]);
    let cheap = || {
        rules(vec![promotion(
            1,
            vec![Reward::FreeShipping {
                max_price: Some(eur(490)),
            }],
        )])
    };
    draft.shipping = Some(post(490));
    assert_eq!(priced(&draft, &cheap()).shipping_total, eur(0));
    draft.shipping = Some(post(491));
    assert_eq!(priced(&draft, &cheap()).shipping_total, eur(491));
}

#[test]
fn enough_goods_ship_for_free_even_when_points_pay_for_some() {
    let mut draft = draft(vec![line(1, eur(10_000), 1)]);
    draft.shipping = Some(post(490));
    draft.buyer = Buyer {
        member_id: Some(Uuid::nil()),
        is_first_order: None,
        points_balance: 1_000,
    };
    draft.points_wished = 1_000;
    let mut rules = rules(vec![]);
    rules.redeem = redeem();
    let cart = priced(&draft, &rules);
    assert_eq!((cart.shipping_total, cart.total), (eur(0), eur(9_000)));
}

#[test]
fn coupons_that_do_not_count_say_why() {
    let mut draft = draft(vec![line(1, eur(1_000), 1)]);
    let percent_off = || promotion(1, vec![Reward::PercentOff(percent("10"))]);
    let spend_more = Promotion {
        conditions: vec![Condition::MinSubtotal(eur(1_500))],
        ..promotion(3, vec![])
    };
    let unknown = EnteredCoupon {
        code: CouponCode::parse("NOPE").unwrap(),
        facts: None,
    };
    draft.coupons = vec![
        unknown,
        entered("MORE", spend_more),
        entered("FIRST", percent_off()),
        entered("SECOND", percent_off()),
    ];
    let cart = priced(&draft, &rules(vec![]));
    let outcomes: Vec<_> = cart
        .evaluations
        .iter()
        .map(|evaluation| {
            (
                evaluation.coupon_code.as_ref().unwrap().as_str(),
                evaluation.outcome,
            )
        })
        .collect();
    let missing = Refusal {
        reason: EvaluationReason::SubtotalTooLow,
        missing: Some(Missing::Amount(eur(500))),
    };
    assert_eq!(
        outcomes,
        [
            ("FIRST", Outcome::Applied(eur(100))),
            (
                "SECOND",
                Outcome::Refused(EvaluationReason::NotCombinable.into())
            ),
            ("MORE", Outcome::Refused(missing)),
            (
                "NOPE",
                Outcome::Refused(EvaluationReason::CouponInvalid.into())
            ),
        ]
    );
    assert_eq!(cart.total, eur(900));
}

#[test]
fn guests_neither_spend_nor_earn_points() {
    let mut draft = draft(vec![line(1, eur(1_000), 1)]);
    draft.points_wished = 100;
    draft.buyer.points_balance = 100;
    let mut rules = rules(vec![]);
    rules.redeem = redeem();
    rules.earn = vec![once()];
    let points = priced(&draft, &rules).points;
    assert_eq!((points.spent, points.spendable, points.earned()), (0, 0, 0));
}

#[test]
fn absurd_amounts_are_errors_not_panics() {
    let most = draft(vec![line(1, eur(i64::MAX), 1), line(2, eur(1), 1)]);
    assert_eq!(
        price(&most, &Rules::default(), now()),
        Err(PricingError::Money(MoneyError::Overflow))
    );
    let many = draft(vec![line(1, eur(i64::MAX), 2)]);
    assert_eq!(
        price(&many, &Rules::default(), now()),
        Err(PricingError::Money(MoneyError::Overflow))
    );
    let negative = draft(vec![line(1, eur(-1), 1)]);
    assert_eq!(
        price(&negative, &Rules::default(), now()),
        Err(PricingError::NegativePrice {
            line: Uuid::from_u128(1)
        })
    );
    let mixed = draft(vec![line(1, Money::new(1, currency("JPY")), 1)]);
    assert!(matches!(
        price(&mixed, &Rules::default(), now()),
        Err(PricingError::Money(MoneyError::CurrencyMismatch { .. }))
    ));
    let whole = priced(&draft(vec![line(1, eur(i64::MAX), 1)]), &rules(vec![]));
    assert_eq!(whole.total, eur(i64::MAX));
}

fn rewards(currency: Currency) -> impl Strategy<Value = Vec<Reward>> {
    let reward = prop_oneof![
        (1_u32..=1_000_000).prop_map(|ppm| Reward::PercentOff(Percent::from_ppm(ppm).unwrap())),
        (1_i64..50_000).prop_map(move |minor| Reward::FixedOff(Money::new(minor, currency))),
        Just(Reward::FreeShipping { max_price: None }),
    ];
    vec(reward, 1..4)
}

fn promotions(
    currency: Currency,
    count: std::ops::Range<usize>,
) -> impl Strategy<Value = Vec<Promotion>> {
    let one = (
        rewards(currency),
        -3_i32..3,
        proptest::option::of(1_i64..20_000),
        0_i64..60_000,
    );
    vec(one, count).prop_map(move |list| {
        (1_u128..)
            .zip(list)
            .map(|(id, (rewards, priority, most, least))| Promotion {
                priority,
                conditions: vec![Condition::MinSubtotal(Money::new(least, currency))],
                max_discount: most.map(|minor| Money::new(minor, currency)),
                ..promotion(id, rewards)
            })
            .collect()
    })
}

fn carts() -> impl Strategy<Value = (Draft, Rules)> {
    let currencies = prop_oneof![Just("EUR"), Just("JPY"), Just("KWD")];
    currencies.prop_flat_map(|code| {
        let currency = currency(code);
        let lines = vec(
            (0_i64..100_000, 1_u32..20, any::<bool>(), any::<bool>()),
            0..12,
        );
        let settings = (
            any::<bool>(),
            proptest::option::of(0_i64..2_000),
            0_u32..=400_000,
            0_u32..=400_000,
        );
        let points = (0_u32..50_000, -100_i64..50_000, any::<bool>());
        (
            lines,
            promotions(currency, 0..4),
            promotions(currency, 0..3),
            settings,
            points,
        )
            .prop_map(move |(lines, automatic, by_coupon, settings, points)| {
                let (tax_included, shipping, standard, reduced) = settings;
                let (points_wished, points_balance, is_member) = points;
                let lines = (1_u128..)
                    .zip(lines)
                    .map(
                        |(key, (minor, quantity, is_reduced, is_shippable))| DraftLine {
                            tax_class: if is_reduced { "reduced" } else { "standard" }.to_owned(),
                            is_shippable,
                            ..line(key, Money::new(minor, currency), quantity)
                        },
                    )
                    .collect();
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
                        is_first_order: None,
                        points_balance,
                    },
                    coupons: by_coupon
                        .into_iter()
                        .enumerate()
                        .map(|(place, promotion)| {
                            let id = Uuid::from_u128(promotion.id.as_u128() + 100);
                            entered(&format!("CODE-{place}"), Promotion { id, ..promotion })
                        })
                        .collect(),
                    points_wished,
                    ..draft(lines)
                };
                let rules = Rules {
                    promotions: automatic,
                    tax_rates: vec![rate(1, "standard", standard), rate(2, "reduced", reduced)],
                    redeem: RedeemPolicy::try_new(
                        100,
                        Money::new(100, currency),
                        10,
                        percent("50"),
                    ),
                    points_label: "Points".to_owned(),
                    earn: vec![once()],
                };
                (draft, rules)
            })
    })
}

proptest! {
    #[test]
    fn every_cart_adds_up((draft, rules) in carts()) {
        let cart = priced(&draft, &rules);
        assert_eq!(cart.evaluations.len(), rules.promotions.len() + draft.coupons.len());
        assert!(i64::from(cart.points.spent) <= draft.buyer.points_balance.max(0));
        assert_eq!(cart.lines.len(), draft.lines.len());
    }

    #[test]
    fn the_order_of_lines_coupons_and_promotions_changes_nothing((draft, rules) in carts(), turn in 0_usize..12) {
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
    fn any_prices_give_a_total_or_an_overflow(minors in vec(any::<i64>(), 1..5), quantity in 1_u32..100_000, tax_included: bool) {
        let lines = (1_u128..).zip(&minors).map(|(key, minor)| line(key, eur(*minor), quantity)).collect();
        let draft = Draft { tax_included, shipping: Some(post(i64::MAX)), ..draft(lines) };
        let rules = rules(vec![promotion(1, vec![Reward::PercentOff(percent("33.3333"))])]);
        if let Ok(cart) = price(&draft, &rules, now()) {
            check_sums(&cart);
        }
    }
}
