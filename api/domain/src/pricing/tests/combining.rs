//! Which promotions count beside which, and what the others are told.

use std::collections::BTreeSet;

use super::{draft, entered, eur, line, percent, post, priced, promotion, redeem, rules};
use crate::pricing::{Buyer, Draft, PricedCart, Rules};
use crate::promotion::{
    Combination, Condition, EvaluationReason, GroupMode, Outcome, PointsMultiplier, Promotion,
    PromotionClass, Refusal, Reward,
};
use crate::text_enum::TextEnum as _;
use uuid::Uuid;

fn off(id: u128, text: &str) -> Promotion {
    promotion(id, vec![Reward::percent_off(percent(text))])
}

fn with(promotion: Promotion, change: impl FnOnce(&mut Combination)) -> Promotion {
    let mut promotion = promotion;
    change(&mut promotion.combination);
    promotion
}

fn best_of(promotion: Promotion, group: &str) -> Promotion {
    with(promotion, |combination| {
        combination.group = Some(group.to_owned());
    })
}

fn hundred() -> Draft {
    draft(vec![line(1, eur(10_000), 1)])
}

fn outcomes(cart: &PricedCart) -> Vec<(u128, Outcome)> {
    cart.evaluations
        .iter()
        .map(|evaluation| {
            (
                evaluation.promotion_id.unwrap().as_u128(),
                evaluation.outcome,
            )
        })
        .collect()
}

fn lost(reason: EvaluationReason, to: u128) -> Outcome {
    Outcome::Refused(Refusal::lost(reason, Some(Uuid::from_u128(to))))
}

#[test]
fn the_best_of_a_group_counts_and_the_others_learn_to_what_they_lost() {
    let group = vec![
        best_of(off(1, "5"), "sale"),
        best_of(off(2, "20"), "sale"),
        off(3, "10"),
    ];
    let cart = priced(&hundred(), &rules(group));
    assert_eq!(
        outcomes(&cart),
        [
            (1, lost(EvaluationReason::BetterInGroup, 2)),
            (2, Outcome::Applied(eur(2_000))),
            (3, Outcome::Applied(eur(800))),
        ]
    );
    assert_eq!(cart.total, eur(7_200));
}

#[test]
fn of_equals_the_first_wins() {
    let cart = priced(
        &hundred(),
        &rules(vec![
            best_of(off(2, "5"), "sale"),
            best_of(off(1, "5"), "sale"),
        ]),
    );
    let applied: Vec<u128> = cart
        .applied
        .iter()
        .map(|applied| applied.promotion_id.as_u128())
        .collect();
    assert_eq!(applied, [1]);
}

#[test]
fn the_best_is_what_the_buyer_pays_in_the_end_and_not_the_largest_discount() {
    // 4 % and free shipping of 4.90 beat 8 % off 100.
    let mut draft = hundred();
    draft.shipping = Some(post(490));
    draft.shipping.as_mut().unwrap().free_over = None;
    let both = promotion(
        1,
        vec![Reward::percent_off(percent("4")), Reward::free_shipping()],
    );
    let cart = priced(
        &draft,
        &rules(vec![best_of(both, "sale"), best_of(off(2, "8"), "sale")]),
    );
    assert_eq!(cart.total, eur(9_600));
    // Nor a discount that costs the free shipping over 100.
    let mut draft = hundred();
    draft.shipping = Some(post(490));
    let cart = priced(&draft, &rules(vec![best_of(off(1, "1"), "sale")]));
    assert_eq!(cart.total, eur(10_000));
    assert_eq!(
        outcomes(&cart),
        [(1, Outcome::Refused(EvaluationReason::BetterInGroup.into()))]
    );
}

#[test]
fn groups_are_settled_together() {
    // Alone 30 % is the best of its group, but it stands beside nothing: 20 % and 15 % take more together.
    let alone = with(best_of(off(1, "30"), "a"), |combination| {
        combination.combines_with = BTreeSet::new();
    });
    let group = vec![
        alone,
        best_of(off(2, "20"), "a"),
        best_of(off(3, "15"), "b"),
    ];
    let cart = priced(&hundred(), &rules(group));
    assert_eq!(cart.total, eur(6_800));
}

#[test]
fn many_groups_are_settled_one_by_one() {
    let promotions: Vec<Promotion> = (0..40_u128)
        .map(|id| {
            best_of(
                off(id, if id % 4 == 2 { "20" } else { "10" }),
                &format!("group {}", id / 4),
            )
        })
        .collect();
    let cart = priced(&hundred(), &rules(promotions));
    assert_eq!(cart.applied.len(), 10);
    assert!(
        cart.applied
            .iter()
            .all(|applied| applied.promotion_id.as_u128() % 4 == 2)
    );
}

#[test]
fn a_member_of_a_group_that_does_nothing_keeps_its_own_reason() {
    let dear = Promotion {
        rewards: vec![Reward::FixedOff(crate::promotion::FixedOff {
            amount: eur(100),
            products: Some(super::products(&[9])),
            per_unit: false,
        })],
        ..off(1, "5")
    };
    let group = vec![
        best_of(dear.clone(), "sale"),
        best_of(
            Promotion {
                id: Uuid::from_u128(2),
                ..dear
            },
            "sale",
        ),
    ];
    let unmatched = Outcome::Refused(EvaluationReason::NoMatchingProduct.into());
    assert_eq!(
        outcomes(&priced(&hundred(), &rules(group))),
        [(1, unmatched), (2, unmatched)]
    );
}

#[test]
fn members_of_a_group_that_stacks_all_count() {
    let stack = |id| {
        with(best_of(off(id, "10"), "sale"), |combination| {
            combination.group_mode = GroupMode::Stack;
        })
    };
    assert_eq!(
        priced(&hundred(), &rules(vec![stack(1), stack(2)])).total,
        eur(8_100)
    );
}

#[test]
fn an_exclusive_one_stops_all_later_ones() {
    let only = with(off(2, "10"), |combination| combination.is_exclusive = true);
    let mut draft = hundred();
    draft.coupons = vec![entered("LATER", off(4, "10"))];
    let cart = priced(&draft, &rules(vec![off(1, "10"), only, off(3, "10")]));
    assert_eq!(
        outcomes(&cart),
        [
            (1, Outcome::Applied(eur(1_000))),
            (2, Outcome::Applied(eur(900))),
            (3, lost(EvaluationReason::NotCombinable, 2)),
            (4, lost(EvaluationReason::NotCombinable, 2)),
        ]
    );
}

#[test]
fn both_sides_must_tolerate_each_other() {
    let picky = |id, classes: &[PromotionClass]| {
        with(off(id, "10"), |combination| {
            combination.combines_with = classes.iter().copied().collect();
        })
    };
    let counting = |first: Promotion, second: Promotion| {
        priced(&hundred(), &rules(vec![first, second]))
            .applied
            .len()
    };
    let all = PromotionClass::ALL;
    assert_eq!(counting(picky(1, all), picky(2, all)), 2);
    assert_eq!(counting(picky(1, &[]), picky(2, all)), 1);
    assert_eq!(counting(picky(1, all), picky(2, &[])), 1);
    let named = |id, group: &str, tolerated: &str| {
        with(picky(id, &[]), |combination| {
            combination.group = Some(group.to_owned());
            combination.group_mode = GroupMode::Stack;
            combination.combines_with_groups = BTreeSet::from([tolerated.to_owned()]);
        })
    };
    assert_eq!(counting(named(1, "a", "b"), named(2, "b", "a")), 2);
    assert_eq!(counting(named(1, "a", "b"), named(2, "b", "c")), 1);
}

#[test]
fn groups_that_name_each_other_in_a_circle_are_judged_pair_by_pair() {
    let named = |id, group: &str, tolerated: &[&str]| {
        with(off(id, "10"), |combination| {
            combination.combines_with = BTreeSet::new();
            combination.group = Some(group.to_owned());
            combination.group_mode = GroupMode::Stack;
            combination.combines_with_groups =
                tolerated.iter().map(|name| (*name).to_owned()).collect();
        })
    };
    let applied = |promotions: Vec<Promotion>| {
        let cart = priced(&hundred(), &rules(promotions));
        let ids = cart
            .applied
            .iter()
            .map(|entry| entry.promotion_id.as_u128());
        ids.collect::<Vec<_>>()
    };
    let one_way = vec![
        named(1, "a", &["b"]),
        named(2, "b", &["c"]),
        named(3, "c", &["a"]),
    ];
    assert_eq!(applied(one_way), [1]);
    let both_ways = vec![
        named(1, "a", &["b", "c"]),
        named(2, "b", &["c", "a"]),
        named(3, "c", &["a", "b"]),
    ];
    assert_eq!(applied(both_ways), [1, 2, 3]);
    let with_itself = vec![named(1, "a", &["a"]), named(2, "a", &["a"])];
    assert_eq!(applied(with_itself), [1, 2]);
}

#[test]
fn coupons_and_points_stand_beside_what_tolerates_them() {
    let mut draft = hundred();
    draft.buyer = Buyer {
        member_id: Some(Uuid::nil()),
        points_balance: 1_000,
        ..Buyer::default()
    };
    draft.points_wished = 1_000;
    draft.coupons = vec![entered("TEN", off(2, "10"))];
    let without = |class| {
        with(off(1, "10"), |combination| {
            combination.combines_with.remove(&class);
        })
    };
    let rules = |promotion| Rules {
        redeem: redeem(),
        ..rules(vec![promotion])
    };
    let cart = priced(&draft, &rules(without(PromotionClass::Coupon)));
    assert_eq!(
        (cart.applied.len(), cart.points.spent, cart.total),
        (1, 1_000, eur(8_000))
    );
    let cart = priced(&draft, &rules(without(PromotionClass::Points)));
    assert_eq!(
        (cart.applied.len(), cart.points.spent, cart.points.spendable),
        (2, 0, 0)
    );
    assert_eq!(cart.total, eur(8_100));
}

#[test]
fn multiplied_points_count_for_members_alone() {
    let double = || {
        promotion(
            1,
            vec![Reward::PointsMultiplier(PointsMultiplier {
                thousandths: 2_500,
            })],
        )
    };
    let mut rules = rules(vec![double()]);
    rules.earn = vec![super::once()];
    let mut draft = draft(vec![line(1, eur(11_900), 1)]);
    let guest = priced(&draft, &rules);
    assert_eq!(
        outcomes(&guest),
        [(1, Outcome::Refused(EvaluationReason::LoginRequired.into()))]
    );
    draft.buyer.member_id = Some(Uuid::nil());
    let member = priced(&draft, &rules);
    assert_eq!(outcomes(&member), [(1, Outcome::Applied(eur(0)))]);
    assert_eq!((member.points.earned(), member.applied.len()), (250, 1));
}

#[test]
fn what_is_left_to_give_and_to_pay_limits_discounts() {
    let limited = Promotion {
        budget_left: Some(eur(700)),
        ..off(1, "10")
    };
    assert_eq!(priced(&hundred(), &rules(vec![limited])).total, eur(9_300));
    let floored = Promotion {
        min_payable: Some(eur(9_500)),
        ..off(1, "10")
    };
    let cart = priced(&hundred(), &rules(vec![floored, off(2, "10")]));
    assert_eq!(
        outcomes(&cart),
        [
            (1, Outcome::Applied(eur(500))),
            (
                2,
                Outcome::Refused(EvaluationReason::MinPayableReached.into())
            ),
        ]
    );
}

#[test]
fn what_is_limited_or_for_a_first_order_is_counted_however_deep_that_stands() {
    let plain = promotion(1, vec![]);
    assert!(!plain.is_counted());
    let limits: [fn(&mut Promotion); 5] = [
        |limited| limited.budget_left = Some(eur(0)),
        |limited| limited.uses_left = Some(1),
        |limited| limited.buyer_uses_left = Some(1),
        |limited| limited.conditions = vec![Condition::FirstOrder],
        |limited| limited.conditions = vec![Condition::AnyOf(vec![Condition::FirstOrder])],
    ];
    for limit in limits {
        let mut limited = plain.clone();
        limit(&mut limited);
        assert!(limited.is_counted(), "{limited:?}");
    }
}
