//! Gifts: given while there are some, and gone when their promotion does not count.

use uuid::Uuid;

use super::{draft, eur, line, now, priced, promotion, rules};
use crate::pricing::{Draft, GiftOffer, TraceEffect, simulate};
use crate::promotion::{Condition, EvaluationReason, Gift, GroupMode, Outcome, Promotion, Reward};

const MUG: Uuid = Uuid::from_u128(50);

fn giving(id: u128, quantity: u32) -> Promotion {
    promotion(
        id,
        vec![Reward::Gift(Gift {
            variant_id: MUG,
            other_variant_ids: Vec::new(),
            quantity,
        })],
    )
}

/// A cart of 30.00 in a shop with so many mugs for these promotions.
fn cart(promotions: &[u128], available: u32) -> Draft {
    let offers = promotions.iter().map(|id| GiftOffer {
        key: Uuid::from_u128(1_000 + id),
        promotion_id: Uuid::from_u128(*id),
        variant_id: MUG,
        available,
        wish: None,
    });
    Draft {
        gifts: offers.collect(),
        ..draft(vec![line(1, eur(1_500), 2)])
    }
}

/// Key and units of each gift.
fn gifts(draft: &Draft, promotions: Vec<Promotion>) -> Vec<(u128, u32)> {
    let cart = priced(draft, &rules(promotions));
    assert_eq!(cart.total, eur(3_000));
    let given = cart.lines.iter().filter(|line| line.gift_of.is_some());
    given
        .map(|line| {
            assert_eq!((line.unit_price, line.total), (eur(0), eur(0)));
            (line.key.as_u128(), line.quantity)
        })
        .collect()
}

#[test]
fn a_gift_is_a_line_that_costs_nothing() {
    let draft = cart(&[1], 9);
    assert_eq!(gifts(&draft, vec![giving(1, 2)]), [(1_001, 2)]);
    let priced = priced(&draft, &rules(vec![giving(1, 2)]));
    assert_eq!(priced.evaluations[0].outcome, Outcome::Applied(eur(0)));
    assert_eq!(priced.applied[0].discount, eur(0));
    let told = simulate(&draft, &rules(vec![giving(1, 2)]), now()).unwrap();
    assert_eq!(told.trace[1].effect, TraceEffect::Gives(2));
}

#[test]
fn gifts_last_as_long_as_there_are_some() {
    let both = || vec![giving(1, 2), giving(2, 2)];
    assert_eq!(gifts(&cart(&[1, 2], 9), both()), [(1_001, 2), (1_002, 2)]);
    assert_eq!(gifts(&cart(&[1, 2], 3), both()), [(1_001, 2), (1_002, 1)]);
    assert_eq!(gifts(&cart(&[1, 2], 2), both()), [(1_001, 2)]);
    let gone = priced(&cart(&[1, 2], 2), &rules(both()));
    let reason = |place: usize| match gone.evaluations[place].outcome {
        Outcome::Refused(refusal) => Some(refusal.reason),
        Outcome::Applied(_) => None,
    };
    assert_eq!(
        (reason(0), reason(1)),
        (None, Some(EvaluationReason::GiftGone))
    );
}

#[test]
fn a_gift_goes_with_its_promotion() {
    let mut dear = giving(1, 1);
    dear.conditions = vec![Condition::MinSubtotal(eur(3_001))];
    assert_eq!(gifts(&cart(&[1], 9), vec![dear]), []);
    let nothing = Draft {
        lines: vec![],
        ..cart(&[1], 9)
    };
    assert_eq!(priced(&nothing, &rules(vec![giving(1, 1)])).lines, []);
}

#[test]
fn money_is_better_than_a_gift_and_a_gift_better_than_nothing() {
    let compete = |mut promotion: Promotion| {
        promotion.combination.group = Some("a".to_owned());
        promotion.combination.group_mode = GroupMode::BestOf;
        promotion
    };
    let off = promotion(2, vec![Reward::fixed_off(eur(1))]);
    let settled = priced(
        &cart(&[1], 9),
        &rules(vec![compete(giving(1, 1)), compete(off)]),
    );
    assert_eq!((settled.lines.len(), settled.total), (1, eur(2_999)));
    assert_eq!(
        gifts(&cart(&[1], 9), vec![compete(giving(1, 1))]),
        [(1_001, 1)]
    );
}

/// A cart of 30.00 with so many mugs, cups and bowls to choose a gift from, and the places of wishes for them.
fn choice(available: [u32; 3], wishes: [Option<usize>; 3]) -> Option<u128> {
    let variants = [MUG, Uuid::from_u128(51), Uuid::from_u128(52)];
    let offers = variants.iter().zip(available).zip(wishes);
    let draft = Draft {
        gifts: offers
            .map(|((variant_id, available), wish)| GiftOffer {
                key: *variant_id,
                promotion_id: Uuid::from_u128(1),
                variant_id: *variant_id,
                available,
                wish,
            })
            .collect(),
        ..draft(vec![line(1, eur(1_500), 2)])
    };
    let mut sale = giving(1, 1);
    sale.rewards = vec![Reward::Gift(Gift {
        variant_id: variants[0],
        other_variant_ids: variants[1..].to_vec(),
        quantity: 1,
    })];
    let given = gifts(&draft, vec![sale]);
    assert!(given.len() < 2, "one of them: {given:?}");
    given.first().map(|(key, _)| *key)
}

#[test]
fn the_gift_wished_for_most_is_given_while_there_is_one() {
    assert_eq!(choice([1, 1, 1], [None; 3]), Some(50));
    assert_eq!(choice([1, 1, 1], [None, Some(4), Some(1)]), Some(52));
    assert_eq!(choice([1, 1, 0], [None, Some(4), Some(1)]), Some(51));
    assert_eq!(choice([1, 0, 0], [None, Some(4), Some(1)]), Some(50));
    assert_eq!(choice([0, 0, 1], [Some(0), None, None]), Some(52));
    assert_eq!(choice([0, 0, 0], [Some(0), None, None]), None);
}
