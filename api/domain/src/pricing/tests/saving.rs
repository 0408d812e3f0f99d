//! What coupons would save.

use super::{draft, entered, eur, line, now, percent, promotion, redeem, rules};
use crate::pricing::{Buyer, Draft, Rules, savings};
use crate::promotion::{Condition, PromotionClass, Reward};

#[test]
fn the_coupon_that_saves_most_comes_first_and_a_useless_one_not_at_all() {
    let five = entered("FIVE", promotion(1, vec![Reward::fixed_off(eur(500))]));
    let tenth = entered(
        "TENTH",
        promotion(2, vec![Reward::percent_off(percent("10"))]),
    );
    let mut rich = promotion(3, vec![Reward::fixed_off(eur(9_000))]);
    rich.conditions = vec![Condition::MinSubtotal(eur(50_000))];
    let coupons = [five, tenth, entered("RICH", rich)];
    for (price, expected) in [
        (8_000, vec![("TENTH", 800), ("FIVE", 500)]),
        (4_000, vec![("FIVE", 500), ("TENTH", 400)]),
        (5_000, vec![("FIVE", 500), ("TENTH", 500)]),
        (0, vec![]),
    ] {
        let found = savings(
            &draft(vec![line(1, eur(price), 1)]),
            &coupons,
            &rules(vec![]),
            now(),
        );
        let found = found.unwrap();
        let told: Vec<_> = found
            .iter()
            .map(|saving| (saving.code.as_str(), saving.amount.minor))
            .collect();
        assert_eq!(told, expected, "{price}");
    }
}

#[test]
fn what_is_entered_already_and_points_are_taken_as_they_are() {
    let mut alone = promotion(1, vec![Reward::fixed_off(eur(500))]);
    alone
        .combination
        .combines_with
        .remove(&PromotionClass::Coupon);
    let draft = Draft {
        buyer: Buyer {
            member_id: Some(uuid::Uuid::nil()),
            points_balance: 10_000,
            ..Buyer::default()
        },
        coupons: vec![entered("ALONE", alone)],
        points_wished: 10_000,
        ..draft(vec![line(1, eur(8_000), 1)])
    };
    let rules = Rules {
        redeem: redeem(),
        ..rules(vec![])
    };
    let two = [entered(
        "TWO",
        promotion(2, vec![Reward::fixed_off(eur(200))]),
    )];
    assert_eq!(savings(&draft, &two, &rules, now()), Ok(vec![]));
    let free = Draft {
        coupons: vec![],
        ..draft
    };
    let found = savings(&free, &two, &rules, now()).unwrap();
    assert_eq!(
        found.iter().map(|saving| saving.amount).collect::<Vec<_>>(),
        [eur(200)]
    );
}
