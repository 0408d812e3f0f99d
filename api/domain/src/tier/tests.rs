use chrono::{DateTime, Months, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::prelude::proptest;
use uuid::Uuid;

use super::{
    Growth, LadderError, Merit, Standing, Tier, TierBasis, TierChangeReason, assess, basis, change,
    growth, ladder, multiplied, next, sum,
};

fn day(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(number)
}

fn tier(rank: u32, threshold: i64) -> Tier {
    Tier {
        id: Uuid::from_u128(u128::from(rank)),
        rank,
        threshold,
        grace_days: 30,
    }
}

fn merit(on: i64, amount: i64) -> Merit {
    Merit {
        at: day(on),
        amount,
    }
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands where there may be no tier"
)]
fn id(rank: u128) -> Option<Uuid> {
    Some(Uuid::from_u128(rank))
}

fn tiers() -> Vec<Tier> {
    vec![tier(1, 100), tier(2, 500)]
}

/// A year after a day, then the days of grace.
fn kept_until(on: i64) -> DateTime<Utc> {
    day(on).checked_add_months(Months::new(12)).unwrap() + TimeDelta::days(30)
}

#[test]
fn a_tier_is_reached_at_once_and_lost_after_its_grace() {
    let merits = [merit(0, 100), merit(100, 400), merit(200, 50)];
    let none = Standing::default();
    let at = |now, before| assess(&tiers(), &merits, before, now);
    assert_eq!(at(day(-1), none), none);
    let silver = at(day(0), none);
    assert_eq!(
        (silver.tier_id, silver.valid_until),
        (id(1), Some(kept_until(0)))
    );
    // 550 now; 450 once the first order is a year old.
    let gold = at(day(200), silver);
    assert_eq!(
        (gold.tier_id, gold.valid_until),
        (id(2), Some(kept_until(0)))
    );
    assert_eq!(at(kept_until(0) - TimeDelta::seconds(1), gold), gold);
    // The second order keeps silver for its year.
    let fallen = at(kept_until(0), gold);
    assert_eq!(
        (fallen.tier_id, fallen.valid_until),
        (id(1), Some(kept_until(100)))
    );
    assert_eq!(at(kept_until(100), fallen), none);
}

#[test]
fn money_given_back_starts_the_grace_and_never_prolongs_it() {
    let gold = assess(&tiers(), &[merit(0, 500)], Standing::default(), day(0));
    let returned = [merit(0, 480)];
    let short = assess(&tiers(), &returned, gold, day(10));
    assert_eq!((short.tier_id, short.valid_until), (id(2), Some(day(40))));
    assert_eq!(assess(&tiers(), &returned, short, day(20)), short);
    let again = [merit(0, 480), merit(30, 20)];
    assert_eq!(
        assess(&tiers(), &again, short, day(30)),
        Standing {
            tier_id: id(2),
            valid_until: Some(kept_until(0))
        }
    );
    let fallen = assess(&tiers(), &returned, short, day(40));
    assert_eq!(fallen.tier_id, id(1));
}

#[test]
fn a_tier_no_longer_in_force_is_left_at_once() {
    let held = Standing {
        tier_id: id(9),
        valid_until: Some(day(300)),
    };
    let after = assess(&tiers(), &[merit(0, 100)], held, day(1));
    assert_eq!(after.tier_id, id(1));
    assert_eq!(
        assess(&[], &[merit(0, 100)], held, day(1)),
        Standing::default()
    );
}

#[test]
fn the_way_to_the_next_tier_is_told() {
    assert_eq!(next(&tiers(), None, 30), id(1).zip(Some(70)));
    assert_eq!(next(&tiers(), id(1), 30), id(2).zip(Some(470)));
    assert_eq!(next(&tiers(), id(1), 600), id(2).zip(Some(0)));
    assert_eq!(next(&tiers(), id(2), 600), None);
    assert_eq!(next(&[], None, 600), None);
}

#[test]
fn changes_are_told_apart() {
    for (from, to, reason) in [
        (None, None, None),
        (id(1), id(1), None),
        (None, id(1), Some(TierChangeReason::Reached)),
        (id(1), id(2), Some(TierChangeReason::Reached)),
        (id(2), id(1), Some(TierChangeReason::Lapsed)),
        (id(1), None, Some(TierChangeReason::Lapsed)),
        (id(9), id(1), Some(TierChangeReason::Retired)),
        (id(9), None, Some(TierChangeReason::Retired)),
    ] {
        assert_eq!(change(&tiers(), from, to), reason, "{from:?} {to:?}");
    }
}

#[test]
fn a_ladder_rises() {
    assert_eq!(ladder(vec![tier(2, 500), tier(1, 100)]), Ok(tiers()));
    assert_eq!(
        ladder(vec![tier(1, 100), tier(1, 500)]),
        Err(LadderError::SameRank { rank: 1 })
    );
    assert_eq!(
        ladder(vec![tier(1, 100), tier(3, 100)]),
        Err(LadderError::NotRising { rank: 3 })
    );
}

#[test]
fn tiers_in_force_are_reached_by_one_thing() {
    for (thresholds, expected) in [
        (&[][..], Ok(TierBasis::Spend)),
        (&[None, None], Ok(TierBasis::Spend)),
        (&[Some(1), Some(2)], Ok(TierBasis::GrowthValue)),
        (&[Some(1), None], Err(LadderError::MixedBasis)),
    ] {
        assert_eq!(basis(thresholds), expected, "{thresholds:?}");
    }
}

#[test]
fn earnings_grow_from_when_they_were_earned_less_what_went_back() {
    let entry = |order: Option<u128>, on, points| Growth {
        order_id: order.map(Uuid::from_u128),
        at: day(on),
        points,
    };
    for (entries, expected) in [
        (vec![], vec![]),
        (vec![entry(None, 3, 50)], vec![merit(3, 50)]),
        // Two rules gave points for one order, some of which went back later.
        (
            vec![
                entry(Some(1), 5, 30),
                entry(Some(1), 4, 70),
                entry(Some(1), 40, -25),
            ],
            vec![merit(4, 75)],
        ),
        (
            vec![entry(Some(1), 4, 10), entry(Some(1), 9, -30)],
            vec![merit(4, 0)],
        ),
        // What the order earned is too old to be among the entries.
        (
            vec![entry(Some(1), 9, -30), entry(None, 1, 5)],
            vec![merit(1, 5)],
        ),
        (
            vec![
                entry(Some(2), 2, 20),
                entry(Some(1), 1, 10),
                entry(Some(2), 3, -5),
            ],
            vec![merit(1, 10), merit(2, 15)],
        ),
    ] {
        assert_eq!(growth(&entries), expected, "{entries:?}");
    }
}

#[test]
fn what_cannot_be_counted_any_more_stays_at_the_most() {
    let merits = [merit(0, i64::MAX), merit(1, i64::MAX)];
    assert_eq!(sum(&merits, day(1)), i64::MAX);
    assert_eq!(
        assess(&tiers(), &merits, Standing::default(), day(1)).tier_id,
        id(2)
    );
}

#[test]
fn a_factor_gives_whole_points() {
    assert_eq!(multiplied(3, 1_500), 4);
    assert_eq!(multiplied(u64::MAX, 2_000), u64::MAX);
}

proptest! {
    #[test]
    fn standing_is_stable_and_falls_only_when_its_time_is_over(
        orders in vec((0_i64..800, 0_i64..400), 0..12), steps in vec(1_i64..60, 1..20),
    ) {
        let merits: Vec<Merit> = orders.iter().map(|(on, amount)| merit(*on, *amount)).collect();
        let mut now = 0;
        let mut standing = Standing::default();
        for step in steps {
            now += step;
            let after = assess(&tiers(), &merits, standing, day(now));
            assert_eq!(assess(&tiers(), &merits, after, day(now)), after);
            if after.tier_id < standing.tier_id {
                assert!(standing.valid_until.unwrap() <= day(now));
            }
            let sum = sum(&merits, day(now));
            let reached = tiers().into_iter().rfind(|tier| tier.threshold <= sum).map(|tier| tier.id);
            assert!(after.tier_id >= reached);
            assert_eq!(after.tier_id.is_some(), after.valid_until.is_some());
            standing = after;
        }
    }
}
