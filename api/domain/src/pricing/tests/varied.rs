//! Carts of all kinds of buyers, under rules that ask who buys, how and when, and that give things for free.

use std::collections::BTreeSet;

use proptest::collection::{btree_set, vec};
use proptest::option;
use proptest::prelude::{BoxedStrategy, Just, Strategy, any, prop_oneof};
use proptest::sample::select;
use uuid::Uuid;

use super::properties::carts;
use super::slug;
use crate::money::Currency;
use crate::pricing::{Draft, GiftOffer, Rules};
use crate::promotion::{Condition, Gift, HourSpan, Promotion, Reward};
use crate::text_enum::TextEnum as _;
use crate::time_zone::Weekday;

fn ids() -> BoxedStrategy<BTreeSet<Uuid>> {
    btree_set((1_u128..4).prop_map(Uuid::from_u128), 1..3).boxed()
}

fn condition() -> BoxedStrategy<Condition> {
    let single = || {
        prop_oneof![
            Just(Condition::FirstOrder),
            Just(Condition::CouponEntered),
            btree_set(select(vec!["shop", "outlet"]).prop_map(slug), 1..3)
                .prop_map(Condition::Channels),
            btree_set(
                select(vec!["EUR", "JPY"]).prop_map(|code| Currency::parse(code).unwrap()),
                1..3
            )
            .prop_map(Condition::Currencies),
            ids().prop_map(Condition::MemberTiers),
            ids().prop_map(Condition::Segments),
            ids().prop_map(Condition::PaymentMethods),
            btree_set(select(Weekday::ALL.to_vec()), 1..7).prop_map(Condition::Weekdays),
            (0_u32..24, 1_u32..=24)
                .prop_map(|(from, until)| Condition::Hours(HourSpan { from, until })),
        ]
    };
    prop_oneof![
        3 => single(),
        1 => vec(single(), 1..4).prop_map(Condition::AnyOf),
    ]
    .boxed()
}

/// All promotions of a cart, those behind its coupons too.
fn promotions<'a>(
    draft: &'a mut Draft,
    rules: &'a mut Rules,
) -> impl Iterator<Item = &'a mut Promotion> {
    let coupons = draft.coupons.iter_mut();
    let by_coupon = coupons.map(|entered| &mut entered.facts.as_mut().unwrap().promotion);
    rules.promotions.iter_mut().chain(by_coupon)
}

/// Carts whose rules ask who buys, how and when.
pub(super) fn conditioned() -> BoxedStrategy<(Draft, Rules)> {
    let one = || option::of((1_u128..4).prop_map(Uuid::from_u128));
    let buyer = (any::<bool>(), one(), one(), one());
    let asked = vec(option::weighted(0.3, condition()), 8);
    (carts(), asked, buyer)
        .prop_map(|((mut draft, mut rules), asked, buyer)| {
            let (is_first_order, tier_id, segment_id, payment_method_id) = buyer;
            draft.buyer.is_first_order = is_first_order;
            draft.buyer.tier_id = tier_id;
            draft.buyer.segment_ids = segment_id.into_iter().collect();
            draft.payment_method_id = payment_method_id;
            for (promotion, asked) in promotions(&mut draft, &mut rules).zip(asked) {
                promotion.conditions.extend(asked);
            }
            (draft, rules)
        })
        .boxed()
}

/// Carts like these whose rules give things for free, while there are some.
pub(super) fn varied() -> BoxedStrategy<(Draft, Rules)> {
    let gift = (1_u128..3, 1_u32..4, 0_u32..4);
    (conditioned(), vec(option::weighted(0.3, gift), 8))
        .prop_map(|((mut draft, mut rules), gifts)| {
            let mut offers = Vec::new();
            for (promotion, gift) in promotions(&mut draft, &mut rules).zip(gifts) {
                let Some((variant, quantity, available)) = gift else {
                    continue;
                };
                let variant_id = Uuid::from_u128(900 + variant);
                promotion.rewards.push(Reward::Gift(Gift {
                    variant_id,
                    other_variant_ids: Vec::new(),
                    quantity,
                }));
                offers.push(GiftOffer {
                    key: Uuid::from_u128(1_000 + promotion.id.as_u128()),
                    promotion_id: promotion.id,
                    variant_id,
                    available,
                    wish: None,
                });
            }
            draft.gifts = offers;
            (draft, rules)
        })
        .boxed()
}
