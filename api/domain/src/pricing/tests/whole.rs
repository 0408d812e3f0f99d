//! The whole engine against a slow one: all that stack figure by figure, groups by trying every choice.

use std::collections::BTreeSet;

use proptest::prelude::{ProptestConfig, proptest};
use uuid::Uuid;

use super::desk::{Desk, Offer, Outcome};
use super::priced;
use super::varied::conditioned;
use crate::pricing::{Draft, PricedCart, PricedLine, Rules};
use crate::promotion::{GroupMode, Promotion, PromotionClass};

/// Everything that is considered, in the order it counts.
fn offers<'a>(draft: &'a Draft, rules: &'a Rules) -> Vec<Offer<'a>> {
    let mut automatic: Vec<Offer<'a>> = rules
        .promotions
        .iter()
        .map(|promotion| Offer {
            promotion,
            class: promotion.class(),
        })
        .collect();
    automatic.sort_by_key(|offer| (offer.class, offer.promotion.priority, offer.promotion.id));
    let mut coupons: Vec<_> = draft.coupons.iter().collect();
    coupons.sort_by_key(|entered| {
        (
            entered.facts.as_ref().unwrap().promotion.priority,
            entered.code.clone(),
        )
    });
    let by_coupon = coupons.into_iter().map(|entered| Offer {
        promotion: &entered.facts.as_ref().unwrap().promotion,
        class: PromotionClass::Coupon,
    });
    automatic.into_iter().chain(by_coupon).collect()
}

/// Every choice of at most one offer from each group that competes, with all that do not.
fn choices<'a>(offers: &[Offer<'a>]) -> Vec<Vec<Offer<'a>>> {
    let groups: BTreeSet<&str> = offers.iter().filter_map(Offer::contest).collect();
    let mut choices = vec![offers.to_vec()];
    for group in groups {
        let is_of = |offer: &Offer<'_>| offer.contest() == Some(group);
        let names = offers
            .iter()
            .filter(|offer| is_of(offer))
            .map(|offer| Some(offer.promotion.id));
        let winners: Vec<Option<Uuid>> = names.chain([None]).collect();
        choices = choices
            .iter()
            .flat_map(|choice| {
                winners.iter().map(|winner| {
                    let stays =
                        |offer: &&Offer<'a>| !is_of(offer) || Some(offer.promotion.id) == *winner;
                    choice.iter().filter(stays).copied().collect()
                })
            })
            .collect();
    }
    choices
}

/// What the engine made of a cart.
fn outcome(cart: &PricedCart) -> Outcome {
    let left = |line: &PricedLine| line.subtotal.minor + line.discount_total.minor;
    Outcome {
        left: cart
            .lines
            .iter()
            .map(|line| (line.key, left(line)))
            .collect(),
        shipping: cart.shipping_total.minor,
        points: cart.points.spent,
        points_worth: cart.points.discount.minor,
        taken: cart
            .applied
            .iter()
            .map(|applied| (applied.promotion_id, applied.discount.minor))
            .collect(),
        factor: 0,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3_000))]

    #[test]
    fn where_all_stack_every_figure_is_the_same((mut draft, mut rules) in conditioned()) {
        let stack = |promotion: &mut Promotion| promotion.combination.group_mode = GroupMode::Stack;
        rules.promotions.iter_mut().for_each(stack);
        for entered in &mut draft.coupons {
            stack(&mut entered.facts.as_mut().unwrap().promotion);
        }
        let slow = Desk::new(&draft, &rules).run(&offers(&draft, &rules));
        assert_eq!(outcome(&priced(&draft, &rules)), Outcome { factor: 0, ..slow });
    }

    #[test]
    fn where_some_compete_no_choice_is_better((draft, rules) in conditioned()) {
        // Gross prices: what the buyer gives is what is left of goods and shipping, and the points.
        let draft = Draft { tax_included: true, ..draft };
        let offers = offers(&draft, &rules);
        let given = |it: &Outcome| it.left.values().sum::<i64>() + it.shipping + it.points_worth;
        let slow = choices(&offers).into_iter().map(|choice| {
            let outcome = Desk::new(&draft, &rules).run(&choice);
            (given(&outcome), std::cmp::Reverse(outcome.factor))
        });
        let cart = priced(&draft, &rules);
        assert_eq!(Some(given(&outcome(&cart))), slow.min().map(|(given, _)| given));
    }
}
