//! What a price says of each rule: the lines it touched, and what stood in its way.

use std::collections::BTreeSet;

use uuid::Uuid;

use super::{
    draft, entered, eur, line, now, percent, post, priced, products, promotion, redeem, rules,
};
use crate::pricing::{
    AdjustmentKind, Buyer, CatalogOffer, Draft, DraftLine, FreeByTier, Rules, TraceEffect, simulate,
};
use crate::promotion::{
    Condition, EvaluationReason, Outcome, PercentOff, Promotion, PromotionClass, PromotionStatus,
    Refusal, Reward,
};
use crate::unit_price::{PriceOrigin, PriceSourceKind};

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
        conditions: vec![Condition::MinQuantity(9)],
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
        steps[1..4],
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

fn at_member_price(key: u128, minor: i64) -> DraftLine {
    DraftLine {
        origin: PriceOrigin {
            kind: PriceSourceKind::MemberTier,
            is_for_members: true,
            ..PriceOrigin::own()
        },
        ..line(key, eur(minor), 1)
    }
}

#[test]
fn a_promotion_that_tolerates_no_member_prices_passes_their_lines_by() {
    let mut picky = promotion(1, vec![Reward::percent_off(percent("10"))]);
    picky
        .combination
        .combines_with
        .remove(&PromotionClass::MemberPrice);
    let refused = Outcome::Refused(EvaluationReason::NotWithMemberPrices.into());
    let both = draft(vec![line(1, eur(1_000), 1), at_member_price(2, 2_000)]);
    let told = priced(&both, &rules(vec![picky.clone()]))
        .evaluations
        .remove(0);
    assert_eq!(
        (told.outcome, told.lines),
        (Outcome::Applied(eur(100)), keys(&[1]))
    );
    let tolerant = promotion(2, vec![Reward::percent_off(percent("10"))]);
    assert_eq!(priced(&both, &rules(vec![tolerant])).total, eur(2_700));
    // With nothing else to be about it is refused, and so are its conditions.
    let member = draft(vec![at_member_price(2, 2_000)]);
    let outcome = |promotion| priced(&member, &rules(vec![promotion])).evaluations[0].outcome;
    assert_eq!(outcome(picky.clone()), refused);
    let from = |minor| Promotion {
        conditions: vec![Condition::MinSubtotal(eur(minor))],
        ..picky.clone()
    };
    assert_eq!(outcome(from(1_500)), refused);
    // More would be missing even with them.
    assert_eq!(
        outcome(from(5_000)),
        Outcome::Refused(Refusal::spend(eur(5_000)))
    );
}

#[test]
fn a_promotion_of_the_catalog_says_what_it_lowered() {
    let lowered = |key, by: u128| DraftLine {
        origin: PriceOrigin {
            kind: PriceSourceKind::Promotion,
            rule_id: Some(Uuid::from_u128(by)),
            rule_version: Some(3),
            label: "Summer".into(),
            lowered_from: Some(eur(1_200)),
            is_for_members: false,
        },
        ..line(key, eur(1_000), 3)
    };
    let offer = |id, lines| CatalogOffer {
        promotion_id: Uuid::from_u128(id),
        promotion_version: 3,
        label: format!("Catalog {id}"),
        status: PromotionStatus::Active,
        lines,
    };
    let draft = Draft {
        catalog: vec![
            offer(8, keys(&[1])),
            offer(7, keys(&[1, 2])),
            offer(9, keys(&[])),
            offer(10, keys(&[2])),
            CatalogOffer {
                status: PromotionStatus::Scheduled,
                ..offer(11, keys(&[]))
            },
        ],
        ..draft(vec![lowered(1, 7), line(2, eur(500), 1)])
    };
    let told = simulate(&draft, &rules(vec![]), now()).unwrap();
    let cart = &told.priced;
    assert_eq!(cart.subtotal, eur(3_500), "it is in the price already");
    let outcomes: Vec<_> = cart
        .evaluations
        .iter()
        .map(|told| (told.outcome, told.lines.clone()))
        .collect();
    let refused = |reason, lost_to: Option<u128>| {
        Outcome::Refused(Refusal::lost(reason, lost_to.map(Uuid::from_u128)))
    };
    assert_eq!(
        outcomes,
        [
            (Outcome::Applied(eur(600)), keys(&[1])),
            (refused(EvaluationReason::BetterPrice, Some(7)), keys(&[])),
            (
                refused(EvaluationReason::NoMatchingProduct, None),
                keys(&[])
            ),
            (refused(EvaluationReason::BetterPrice, None), keys(&[])),
            (refused(EvaluationReason::NotStarted, None), keys(&[])),
        ]
    );
    let uses: Vec<_> = cart
        .uses()
        .map(|used| {
            (
                used.promotion_id.as_u128(),
                used.promotion_version,
                used.discount,
            )
        })
        .collect();
    assert_eq!(uses, [(7, 3, eur(600))]);
    let steps: Vec<_> = told
        .trace
        .iter()
        .map(|step| (step.label.as_str(), step.promotion_id, step.after))
        .collect();
    assert_eq!(steps[0], ("Summer", Some(Uuid::from_u128(7)), eur(3_000)));
    assert_eq!(steps[1], ("", None, eur(3_500)));
    assert_eq!(steps[2].0, "Catalog 8");
}
