//! Slow and obviously right ways to the same figures.

use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_oneof, proptest};

use super::properties::{given, lines, promotions};
use super::{currency, draft, eur, line, now, percent, post, priced, promotion, rules};
use crate::percent::Percent;
use crate::pricing::{Draft, price};
use crate::promotion::{Cut, GroupMode, Promotion, Reward, SpendTier, TieredSpend};

/// An offer on the whole order.
#[derive(Clone, Debug)]
enum Offer {
    Percent(u32),
    Amount(i64),
    /// Over so much, so much off, as often as it fits if so.
    Ladder(Vec<(i64, i64)>, bool),
}

impl Offer {
    fn reward(&self) -> Reward {
        match self {
            Self::Percent(ppm) => Reward::percent_off(Percent::from_ppm(*ppm).unwrap()),
            Self::Amount(minor) => Reward::fixed_off(eur(*minor)),
            Self::Ladder(steps, repeats) => Reward::TieredSpend(TieredSpend {
                tiers: steps
                    .iter()
                    .map(|(least, off)| SpendTier {
                        min_subtotal: eur(*least),
                        cut: Cut::Amount(eur(*off)),
                    })
                    .collect(),
                products: None,
                repeats: *repeats,
            }),
        }
    }

    /// What is left of `left` when `spent` was spent.
    fn apply(&self, spent: i64, left: i64) -> i64 {
        let off = match self {
            Self::Percent(ppm) => (left * i64::from(*ppm) + 500_000) / 1_000_000,
            Self::Amount(minor) => *minor,
            Self::Ladder(steps, repeats) => {
                let reached = steps.iter().rev().find(|(least, _)| *least <= spent);
                reached.map_or(0, |(least, off)| {
                    if *repeats {
                        off * (spent / least)
                    } else {
                        *off
                    }
                })
            }
        };
        (left - off).max(0)
    }
}

fn offers() -> impl Strategy<Value = Offer> {
    let steps = vec((1_i64..30_000, 1_i64..5_000), 1..4).prop_map(|steps| {
        let rising = steps.into_iter().scan(0, |least, (more, off)| {
            *least += more;
            Some((*least, off))
        });
        rising.collect::<Vec<_>>()
    });
    prop_oneof![
        (1_u32..=1_000_000).prop_map(Offer::Percent),
        (1_i64..20_000).prop_map(Offer::Amount),
        (steps, proptest::bool::ANY).prop_map(|(steps, repeats)| Offer::Ladder(steps, repeats)),
    ]
}

/// Puts every promotion into one of a few groups that look for the best.
fn compete(promotions: &[Promotion]) -> Vec<Promotion> {
    promotions
        .iter()
        .map(|promotion| {
            let mut promotion = promotion.clone();
            promotion.combination.group_mode = GroupMode::BestOf;
            promotion
                .combination
                .group
                .get_or_insert_with(|| "a".to_owned());
            promotion
        })
        .collect()
}

/// Every choice of at most one promotion from each group.
fn choices(promotions: &[Promotion]) -> Vec<Vec<Promotion>> {
    let subsets = 0..1_u32 << promotions.len();
    subsets
        .map(|bits| {
            let chosen = promotions
                .iter()
                .enumerate()
                .filter(|(place, _)| bits >> place & 1 == 1);
            chosen
                .map(|(_, promotion)| promotion.clone())
                .collect::<Vec<_>>()
        })
        .filter(|chosen| {
            let groups: std::collections::BTreeSet<_> = chosen
                .iter()
                .map(|promotion| promotion.combination.group.clone())
                .collect();
            groups.len() == chosen.len()
        })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn offers_on_the_order_come_one_after_the_other(
        goods in vec((0_i64..20_000, 1_u32..5), 1..8), offers in vec(offers(), 0..6),
    ) {
        let spent: i64 = goods.iter().map(|(minor, quantity)| minor * i64::from(*quantity)).sum();
        let expected = offers.iter().fold(spent, |left, offer| offer.apply(spent, left));
        let draft = draft((1_u128..).zip(&goods).map(|(key, (minor, quantity))| line(key, eur(*minor), *quantity)).collect());
        let promotions = (1_u128..).zip(&offers).map(|(id, offer)| promotion(id, vec![offer.reward()])).collect();
        assert_eq!(priced(&draft, &rules(promotions)).total, eur(expected));
    }

    #[test]
    fn the_best_of_groups_is_the_best_of_all_choices(
        lines in lines(currency("EUR")), promotions in promotions(currency("EUR"), 1, 5), shipping in option::of(Just(490_i64)),
    ) {
        let promotions = compete(&promotions);
        let draft = Draft { shipping: shipping.map(post), ..draft(lines) };
        let settled = given(&priced(&draft, &rules(promotions.clone())));
        let best = choices(&promotions).into_iter().map(|mut chosen| {
            // Each stands alone in its group, and nobody may choose to do without it.
            for promotion in &mut chosen {
                promotion.combination.group_mode = GroupMode::Stack;
            }
            given(&priced(&draft, &rules(chosen)))
        });
        assert_eq!(Some(settled), best.min());
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn many_groups_are_settled_as_well_as_can_be(
        lines in lines(currency("EUR")), promotions in promotions(currency("EUR"), 1, 8), shipping in option::of(Just(490_i64)),
    ) {
        // Eight promotions in seven groups: 192 ways.
        let mut promotions = compete(&promotions);
        for (place, promotion) in promotions.iter_mut().enumerate() {
            promotion.combination.group = Some(format!("group {}", place % 7));
        }
        let draft = Draft { shipping: shipping.map(post), ..draft(lines) };
        let settled = given(&priced(&draft, &rules(promotions.clone())));
        let best = choices(&promotions).into_iter().map(|mut chosen| {
            for promotion in &mut chosen {
                promotion.combination.group_mode = GroupMode::Stack;
            }
            given(&price(&draft, &rules(chosen), now()).unwrap())
        });
        assert_eq!(Some(settled), best.min());
    }
}

#[test]
fn choices_hold_at_most_one_of_each_group() {
    let off = |id| promotion(id, vec![Reward::percent_off(percent("1"))]);
    // Both in one group: none, the first, the second.
    assert_eq!(choices(&compete(&[off(1), off(2)])).len(), 3);
}
