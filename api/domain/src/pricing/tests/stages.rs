//! What each stage does, and what becomes of what does not count.

use uuid::Uuid;

use super::{
    currency, draft, entered, eur, line, now, once, percent, post, priced, promotion, redeem, rules,
};
use crate::coupon::CouponCode;
use crate::money::{Money, MoneyError};
use crate::pricing::{
    Buyer, Draft, Earning, EnteredCoupon, PricedPoints, PricingError, Rules, price,
};
use crate::promotion::{
    Condition, EvaluationReason, FreeShipping, Outcome, Promotion, Refusal, Reward,
};

#[test]
fn an_empty_cart_costs_nothing() {
    let cart = priced(
        &draft(vec![]),
        &rules(vec![promotion(1, vec![Reward::percent_off(percent("10"))])]),
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
        is_first_order: true,
        points_balance: 300,
        ..Buyer::default()
    };
    draft.points_wished = 250;
    draft.coupons = vec![entered(
        "TENOFF",
        promotion(2, vec![Reward::fixed_off(eur(1_000))]),
    )];
    let mut rules = rules(vec![promotion(1, vec![Reward::percent_off(percent("10"))])]);
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
                Reward::percent_off(percent("10")),
                Reward::fixed_off(eur(150)),
                Reward::free_shipping(),
            ],
        )
    };
    let cart = priced(&draft, &rules(vec![capped]));
    assert_eq!(cart.discount_total, eur(-250));
    assert_eq!(cart.shipping_total, eur(440));
}

#[test]
fn free_shipping_waits_until_a_way_is_chosen_and_needs_something_to_ship() {
    let free = || rules(vec![promotion(1, vec![Reward::free_shipping()])]);
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
            vec![Reward::FreeShipping(FreeShipping {
                max_price: Some(eur(490)),
                ..FreeShipping::default()
            })],
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
        points_balance: 1_000,
        ..Buyer::default()
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
    let percent_off = || promotion(1, vec![Reward::percent_off(percent("10"))]);
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
    let missing = Refusal::spend(eur(500));
    assert_eq!(
        outcomes,
        [
            ("FIRST", Outcome::Applied(eur(100))),
            (
                "SECOND",
                Outcome::Refused(Refusal::lost(
                    EvaluationReason::NotCombinable,
                    Some(Uuid::from_u128(1))
                ))
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

#[test]
fn each_rule_gives_the_share_of_its_points_that_money_pays() {
    let earning = |points| Earning {
        rule_id: Uuid::from_u128(1),
        rule_version: 1,
        points,
    };
    let points = PricedPoints {
        spent: 5,
        discount: eur(5),
        spendable: 9,
        earnings: vec![earning(u32::MAX), earning(40), earning(1)],
    };
    let earned = |payable, total| {
        let earned = points.clone().earned_by_money(eur(payable), eur(total));
        let points: Vec<u32> = earned.earnings.iter().map(|part| part.points).collect();
        points
    };
    assert_eq!(earned(2_490, 2_490), [u32::MAX, 40, 1]);
    assert_eq!(earned(1_245, 2_490), [u32::MAX / 2, 20]);
    assert_eq!(earned(2_489, 2_490), [u32::MAX - 1_724_887, 39]);
    assert_eq!(earned(i64::MAX - 1, i64::MAX), [u32::MAX - 1, 39]);
    assert_eq!(earned(0, 2_490), [0_u32; 0]);
    assert_eq!(earned(0, 0), [u32::MAX, 40, 1]);
}

#[test]
fn who_owes_no_tax_pays_net_prices_whatever_the_shop_shows() {
    let mut draft = draft(vec![line(1, eur(1_190), 3), line(2, eur(501), 1)]);
    draft.lines[0].compare_at = Some(eur(2_380));
    draft.shipping = Some(post(595));
    draft.buyer.tax_exemption = Some("DE123456789".to_owned());
    let rules = rules(vec![promotion(1, vec![Reward::percent_off(percent("10"))])]);
    let cart = priced(&draft, &rules);
    // 11.90 with 19 % is 10.00 without, 5.01 is 4.21, and the parcel of 5.95 is 5.00.
    let units: Vec<_> = cart.lines.iter().map(|line| line.unit_price).collect();
    assert_eq!(units, [eur(1_000), eur(421)]);
    assert_eq!(cart.lines[0].compare_at, Some(eur(2_000)));
    assert_eq!(
        (cart.subtotal, cart.discount_total),
        (eur(3_421), eur(-342))
    );
    assert_eq!((cart.shipping_total, cart.tax_total), (eur(500), eur(0)));
    assert_eq!(cart.total, eur(3_579));
    assert_eq!(cart.tax_exemption.as_deref(), Some("DE123456789"));
    draft.tax_included = false;
    let net = priced(&draft, &rules);
    assert_eq!((net.subtotal, net.tax_total), (eur(4_071), eur(0)));
}
