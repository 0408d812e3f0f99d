//! The way to a price, told step by step.

use std::collections::BTreeSet;

use proptest::prelude::{ProptestConfig, proptest};

use super::varied::varied;
use super::{draft, entered, eur, line, now, once, percent, post, promotion, redeem, rules};
use crate::money::Money;
use crate::pricing::{
    AdjustmentKind, Buyer, Draft, Rules, TraceEffect, TraceStep, price, simulate,
};
use crate::promotion::{
    Condition, Evaluation, EvaluationReason, Outcome, PointsMultiplier, Refusal, Reward,
};
use crate::unit_price::PriceSourceKind;

fn told(steps: &[TraceStep]) -> Vec<(&str, TraceEffect, i64)> {
    steps
        .iter()
        .map(|step| (step.label.as_str(), step.effect, step.after.minor))
        .collect()
}

/// Units at the variant's own price.
fn own(units: u32, minor: i64) -> TraceEffect {
    TraceEffect::Priced(PriceSourceKind::Base, units, eur(minor))
}

#[test]
fn every_step_is_told_in_the_order_taken() {
    let ten_off = promotion(1, vec![Reward::percent_off(percent("10"))]);
    let mut rich = promotion(2, vec![Reward::fixed_off(eur(500))]);
    rich.conditions = vec![Condition::MinSubtotal(eur(50_000))];
    let doubled = promotion(
        3,
        vec![Reward::PointsMultiplier(PointsMultiplier {
            thousandths: 2_000,
        })],
    );
    let free = promotion(4, vec![Reward::free_shipping()]);
    let coupon = entered("FIVE", promotion(5, vec![Reward::fixed_off(eur(500))]));
    let draft = Draft {
        shipping: Some(post(490)),
        buyer: Buyer {
            member_id: Some(uuid::Uuid::nil()),
            points_balance: 200,
            ..Buyer::default()
        },
        coupons: vec![coupon],
        points_wished: 200,
        ..draft(vec![line(1, eur(4_000), 2)])
    };
    let rules = Rules {
        redeem: redeem(),
        earn: vec![once()],
        ..rules(vec![ten_off, rich, doubled, free])
    };
    let simulation = simulate(&draft, &rules, now()).unwrap();
    let too_little = Refusal::spend(eur(42_000));
    assert_eq!(
        told(&simulation.trace),
        [
            ("", own(2, 4_000), 8_000),
            ("Promotion 1", TraceEffect::Changed, 7_200),
            ("Promotion 2", TraceEffect::Refused(too_little), 7_200),
            ("Promotion 3", TraceEffect::EarnsMore, 7_200),
            ("Coupon FIVE", TraceEffect::Changed, 6_700),
            ("Points", TraceEffect::Changed, 6_500),
            ("Post", TraceEffect::Changed, 6_990),
            ("Promotion 4", TraceEffect::Changed, 6_500),
            ("VAT 19 %", TraceEffect::Contained(eur(1_038)), 6_500),
        ]
    );
    let kinds: Vec<AdjustmentKind> = simulation
        .trace
        .iter()
        .filter_map(|step| step.kind)
        .collect();
    assert_eq!(
        kinds[3..6],
        [
            AdjustmentKind::Coupon,
            AdjustmentKind::Points,
            AdjustmentKind::Shipping,
        ]
    );
}

#[test]
fn free_shipping_waits_for_a_way_to_ship() {
    let draft = draft(vec![line(1, eur(1_000), 1)]);
    let rules = Rules {
        tax_rates: vec![],
        ..rules(vec![promotion(1, vec![Reward::free_shipping()])])
    };
    let simulation = simulate(&draft, &rules, now()).unwrap();
    assert_eq!(
        told(&simulation.trace),
        [
            ("", own(1, 1_000), 1_000),
            ("Promotion 1", TraceEffect::Waits, 1_000)
        ]
    );
}

/// What a step and an evaluation say alike.
fn refusals<'a>(reasons: impl Iterator<Item = (&'a str, EvaluationReason)>) -> BTreeSet<String> {
    reasons
        .map(|(label, reason)| format!("{label} {reason}"))
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn the_steps_lead_from_the_subtotal_to_the_total((draft, rules) in varied()) {
        let simulation = simulate(&draft, &rules, now()).unwrap();
        let priced = &simulation.priced;
        assert_eq!(Ok(priced), price(&draft, &rules, now()).as_ref());
        let mut before = Money::zero(draft.currency);
        for (place, step) in simulation.trace.iter().enumerate() {
            assert_eq!(step.before, before);
            let is_price = matches!(step.effect, TraceEffect::Priced(..));
            assert!(is_price || step.before == step.after || step.effect == TraceEffect::Changed);
            before = step.after;
            assert_eq!(is_price, place < draft.lines.len());
            assert!(place + 1 != draft.lines.len() || before == priced.subtotal);
        }
        assert_eq!(before, priced.total);
        let by_steps = refusals(simulation.trace.iter().filter_map(|step| match step.effect {
            TraceEffect::Refused(refusal) => Some((step.label.as_str(), refusal.reason)),
            TraceEffect::Priced(..) | TraceEffect::Changed | TraceEffect::Contained(_) | TraceEffect::EarnsMore | TraceEffect::Gives(_) | TraceEffect::Waits => None,
        }));
        let by_evaluations = refusals(priced.evaluations.iter().filter_map(|Evaluation { label, outcome, .. }| match outcome {
            Outcome::Refused(refusal) => Some((label.as_str(), refusal.reason)),
            Outcome::Applied(_) => None,
        }));
        assert_eq!(by_steps, by_evaluations);
        let by_promotion = |id| simulation.trace.iter().any(|step| step.promotion_id == Some(id));
        for lowered in &priced.lowered {
            assert!(by_promotion(lowered.promotion_id), "{lowered:?} is not told");
        }
        for evaluation in priced.evaluations.iter().skip(draft.catalog.len()) {
            assert!(simulation.trace.iter().any(|step| step.label == evaluation.label), "{} is not told", evaluation.label);
        }
    }
}
