//! What a price says of each rule: the lines it touched, and what stood in its way.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    draft, entered, eur, line, now, percent, post, priced, products, promotion, redeem, rules,
};
use crate::pricing::{AdjustmentKind, Buyer, Draft, FreeByTier, Rules, TraceEffect, simulate};
use crate::promotion::{
    EvaluationReason, Outcome, PercentOff, Promotion, PromotionClass, Refusal, Reward,
};

fn off(text: &str, of: &[u128]) -> Reward {
    Reward::PercentOff(PercentOff {
        percent: percent(text),
        products: Some(products(of)),
    })
}

/// A member with 5,000 points who wishes to spend them all; half of the goods may be paid with points.
fn rich(draft: Draft) -> Draft {
    Draft {
        buyer: Buyer {
            member_id: Some(Uuid::nil()),
            points_balance: 5_000,
            ..Buyer::default()
        },
        points_wished: 5_000,
        ..draft
    }
}

fn keys(keys: &[u128]) -> BTreeSet<Uuid> {
    keys.iter().copied().map(Uuid::from_u128).collect()
}

#[test]
fn an_evaluation_names_the_lines_a_promotion_touched() {
    let draft = draft(vec![
        line(1, eur(1_000), 1),
        line(2, eur(2_000), 1),
        line(3, eur(0), 1),
    ]);
    let rules = rules(vec![
        promotion(1, vec![off("10", &[1, 3]), off("5", &[1])]),
        promotion(2, vec![Reward::fixed_off(eur(300))]),
        promotion(3, vec![off("10", &[9])]),
        promotion(4, vec![Reward::free_shipping()]),
    ]);
    let cart = priced(&draft, &rules);
    let lines: Vec<_> = cart
        .evaluations
        .iter()
        .map(|told| told.lines.clone())
        .collect();
    // A line that costs nothing is not made cheaper.
    assert_eq!(lines, [keys(&[1]), keys(&[]), keys(&[1, 2]), keys(&[])]);
}

#[test]
fn points_leave_what_a_promotion_wants_paid() {
    let sale = Promotion {
        min_payable: Some(eur(1_500)),
        ..promotion(1, vec![Reward::fixed_off(eur(300))])
    };
    let draft = rich(draft(vec![line(1, eur(2_000), 1)]));
    let with = |promotions| Rules {
        redeem: redeem(),
        ..rules(promotions)
    };
    let cart = priced(&draft, &with(vec![sale.clone()]));
    // Half of 17.00 could be paid with points, but 15.00 must stay.
    assert_eq!((cart.points.spent, cart.points.spendable), (200, 200));
    assert_eq!(cart.total, eur(1_500));
    assert_eq!(priced(&draft, &with(vec![])).total, eur(1_000));
    // A promotion that takes nothing off asks for nothing either.
    let idle = Promotion {
        conditions: vec![crate::promotion::Condition::MinQuantity(9)],
        ..sale
    };
    assert_eq!(priced(&draft, &with(vec![idle])).total, eur(1_000));
}

#[test]
fn a_second_coupon_of_one_promotion_lost_to_it() {
    let sale = promotion(1, vec![Reward::fixed_off(eur(300))]);
    let draft = Draft {
        coupons: vec![entered("FIRST", sale.clone()), entered("SECOND", sale)],
        ..draft(vec![line(1, eur(2_000), 1)])
    };
    let cart = priced(&draft, &rules(vec![]));
    assert_eq!(cart.evaluations[0].outcome, Outcome::Applied(eur(300)));
    let lost = Refusal::lost(EvaluationReason::NotCombinable, Some(Uuid::from_u128(1)));
    assert_eq!(cart.evaluations[1].outcome, Outcome::Refused(lost));
}

#[test]
fn what_points_keep_out_says_so() {
    let mut picky = promotion(1, vec![Reward::free_shipping()]);
    picky
        .combination
        .combines_with
        .remove(&PromotionClass::Points);
    let draft = Draft {
        shipping: Some(post(490)),
        ..rich(draft(vec![line(1, eur(2_000), 1)]))
    };
    let rules = Rules {
        redeem: redeem(),
        ..rules(vec![picky])
    };
    let cart = priced(&draft, &rules);
    let refused = Outcome::Refused(EvaluationReason::NotWithPoints.into());
    assert_eq!(cart.evaluations[0].outcome, refused);
    let unspent = Draft {
        points_wished: 0,
        ..draft
    };
    let cart = priced(&unspent, &rules);
    assert_eq!(cart.evaluations[0].outcome, Outcome::Applied(eur(490)));
}

#[test]
fn a_tier_that_ships_for_free_says_what_it_takes_off() {
    let mut draft = draft(vec![line(1, eur(2_000), 1)]);
    draft.shipping = Some(post(490));
    draft.buyer = Buyer {
        member_id: Some(Uuid::nil()),
        ships_free: Some(FreeByTier {
            tier_id: Uuid::from_u128(3),
            label: "Gold".to_owned(),
        }),
        ..Buyer::default()
    };
    let told = simulate(
        &draft,
        &rules(vec![promotion(1, vec![Reward::free_shipping()])]),
        now(),
    )
    .unwrap();
    let cart = priced(&draft, &rules(vec![]));
    assert_eq!((cart.shipping_total, cart.total), (eur(0), eur(2_000)));
    let shipping = cart
        .adjustments
        .iter()
        .filter(|step| step.kind == AdjustmentKind::Shipping);
    let shipping: Vec<_> = shipping.map(|step| (&*step.label, step.amount)).collect();
    assert_eq!(shipping, [("Post", eur(490)), ("Gold", eur(-490))]);
    let steps: Vec<_> = told
        .trace
        .iter()
        .map(|step| (step.label.as_str(), step.effect, step.after))
        .collect();
    let nothing_left = TraceEffect::Refused(EvaluationReason::MinPayableReached.into());
    assert_eq!(
        steps[..3],
        [
            ("Post", TraceEffect::Changed, eur(2_490)),
            ("Gold", TraceEffect::Changed, eur(2_000)),
            ("Promotion 1", nothing_left, eur(2_000)),
        ]
    );
    // From 100.00 on shipping costs nothing anyway, and the tier takes nothing off.
    draft.lines = vec![line(1, eur(10_000), 1)];
    let cart = priced(&draft, &rules(vec![]));
    assert!(cart.adjustments.iter().all(|step| &*step.label != "Gold"));
}
