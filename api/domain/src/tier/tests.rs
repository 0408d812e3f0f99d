use chrono::{DateTime, Months, TimeDelta, Utc};
use proptest::collection::vec;
use proptest::prelude::proptest;
use uuid::Uuid;

use super::{
    LadderError, Spending, Standing, Tier, TierChangeReason, assess, change, ladder, multiplied,
    next, spent,
};
use crate::money::{Currency, Money};

fn eur(minor: i64) -> Money {
    Money::new(minor, Currency::parse("EUR").unwrap())
}

fn day(number: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::days(number)
}

fn tier(rank: u32, threshold: i64) -> Tier {
    Tier {
        id: Uuid::from_u128(u128::from(rank)),
        rank,
        threshold: eur(threshold),
        grace_days: 30,
    }
}

fn spending(on: i64, amount: i64) -> Spending {
    Spending {
        at: day(on),
        amount: eur(amount),
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
    let spendings = [spending(0, 100), spending(100, 400), spending(200, 50)];
    let none = Standing::default();
    let at = |now, before| assess(&tiers(), &spendings, before, now).unwrap();
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
    let gold = assess(&tiers(), &[spending(0, 500)], Standing::default(), day(0)).unwrap();
    let returned = [spending(0, 480)];
    let short = assess(&tiers(), &returned, gold, day(10)).unwrap();
    assert_eq!((short.tier_id, short.valid_until), (id(2), Some(day(40))));
    assert_eq!(assess(&tiers(), &returned, short, day(20)).unwrap(), short);
    let again = [spending(0, 480), spending(30, 20)];
    assert_eq!(
        assess(&tiers(), &again, short, day(30)).unwrap(),
        Standing {
            tier_id: id(2),
            valid_until: Some(kept_until(0))
        }
    );
    let fallen = assess(&tiers(), &returned, short, day(40)).unwrap();
    assert_eq!(fallen.tier_id, id(1));
}

#[test]
fn a_tier_no_longer_in_force_is_left_at_once() {
    let held = Standing {
        tier_id: id(9),
        valid_until: Some(day(300)),
    };
    let after = assess(&tiers(), &[spending(0, 100)], held, day(1)).unwrap();
    assert_eq!(after.tier_id, id(1));
    assert_eq!(
        assess(&[], &[spending(0, 100)], held, day(1)).unwrap(),
        Standing::default()
    );
}

#[test]
fn the_way_to_the_next_tier_is_told() {
    assert_eq!(next(&tiers(), None, eur(30)), Ok(id(1).zip(Some(eur(70)))));
    assert_eq!(
        next(&tiers(), id(1), eur(30)),
        Ok(id(2).zip(Some(eur(470))))
    );
    assert_eq!(next(&tiers(), id(1), eur(600)), Ok(id(2).zip(Some(eur(0)))));
    assert_eq!(next(&tiers(), id(2), eur(600)), Ok(None));
    assert_eq!(next(&[], None, eur(600)), Ok(None));
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
fn a_factor_gives_whole_points() {
    assert_eq!(multiplied(3, 1_500), 4);
    assert_eq!(multiplied(u64::MAX, 2_000), u64::MAX);
}

proptest! {
    #[test]
    fn standing_is_stable_and_falls_only_when_its_time_is_over(
        orders in vec((0_i64..800, 0_i64..400), 0..12), steps in vec(1_i64..60, 1..20),
    ) {
        let spendings: Vec<Spending> = orders.iter().map(|(on, amount)| spending(*on, *amount)).collect();
        let mut now = 0;
        let mut standing = Standing::default();
        for step in steps {
            now += step;
            let after = assess(&tiers(), &spendings, standing, day(now)).unwrap();
            assert_eq!(assess(&tiers(), &spendings, after, day(now)).unwrap(), after);
            if after.tier_id < standing.tier_id {
                assert!(standing.valid_until.unwrap() <= day(now));
            }
            let sum = spent(&spendings, eur(0), day(now)).unwrap();
            let reached = tiers().into_iter().rfind(|tier| tier.threshold.minor <= sum.minor).map(|tier| tier.id);
            assert!(after.tier_id >= reached);
            assert_eq!(after.tier_id.is_some(), after.valid_until.is_some());
            standing = after;
        }
    }
}
