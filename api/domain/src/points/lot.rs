//! Lots: points earned together, which lapse together. They are spent in the order in which they lapse.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::PointsError;

/// Points earned together and still left.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lot {
    /// Row of the lot; ids rise with age.
    pub id: Uuid,
    /// Points left.
    pub remaining: u32,
    /// When they lapse; `None` for never.
    pub expires_at: Option<DateTime<Utc>>,
}

/// Points taken from, or given back to, one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LotShare {
    /// The lot.
    pub lot_id: Uuid,
    /// Points, more than zero.
    pub points: u32,
}

/// What taking points back does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClawBack {
    /// Points taken from lots.
    pub shares: Vec<LotShare>,
    /// Points that were spent already: the balance gets this much lower than its lots, at last below zero.
    pub debt: u32,
}

/// Plans which lots points are spent from: the first to lapse first, then the oldest.
///
/// Lots that have lapsed but are not booked yet are left alone.
///
/// # Errors
///
/// [`PointsError::Insufficient`] when the lots hold less.
pub fn plan_spend(
    lots: &[Lot],
    points: u32,
    now: DateTime<Utc>,
) -> Result<Vec<LotShare>, PointsError> {
    let usable: Vec<Lot> = lots
        .iter()
        .copied()
        .filter(|lot| !has_lapsed(lot, now))
        .collect();
    let (shares, missing) = take(&usable, points);
    if missing == 0 {
        return Ok(shares);
    }
    Err(PointsError::Insufficient {
        available: points - missing,
    })
}

/// Plans how points earned by an order are taken back: from the lots they came in, then from the others.
///
/// `own` are the lots of the order with anything left in them; `others` are the member's other active lots.
#[must_use]
pub fn claw_back(own: &[Lot], others: &[Lot], points: u32) -> ClawBack {
    let (mut shares, missing) = take(own, points);
    let (more, debt) = take(others, missing);
    shares.extend(more);
    ClawBack { shares, debt }
}

/// Gives how many of the points an order earned are gone once so much of its total went back; parts of a point stay
/// with the member until all did.
#[must_use]
pub fn clawed_back(earned: u32, back_minor: i64, total_minor: i64) -> u32 {
    let total = i128::from(total_minor.max(1));
    let back = i128::from(back_minor).clamp(0, total);
    u32::try_from(i128::from(earned) * back / total).unwrap_or(earned)
}

/// Gives the instant to tell a member of that points lapse at `expires_at` which can be used from `usable_at` on: so many days
/// before, but not in the first half of their time. `None` when members are not told.
#[must_use]
pub fn notice_at(
    usable_at: DateTime<Utc>,
    expires_at: DateTime<Utc>,
    notice_days: u32,
) -> Option<DateTime<Utc>> {
    let last_half = (expires_at - usable_at).max(TimeDelta::zero()) / 2;
    let before = TimeDelta::days(notice_days.into()).min(last_half);
    (notice_days > 0).then(|| expires_at - before)
}

/// Lists what has lapsed and is still in lots.
#[must_use]
pub fn lapsed(lots: &[Lot], now: DateTime<Utc>) -> Vec<LotShare> {
    lots.iter()
        .filter(|lot| lot.remaining > 0 && has_lapsed(lot, now))
        .map(|lot| LotShare {
            lot_id: lot.id,
            points: lot.remaining,
        })
        .collect()
}

/// Gives the points a new lot starts with when the balance before it was negative: the debt is paid first.
#[must_use]
pub fn remaining_after_debt(balance_before: i64, points: u32) -> u32 {
    let debt = u32::try_from(balance_before.min(0).unsigned_abs()).unwrap_or(u32::MAX);
    points.saturating_sub(debt)
}

/// Picks `count` of the points of lots, after the first `skip` of them.
#[must_use]
pub fn part(shares: &[LotShare], skip: u32, count: u32) -> Vec<LotShare> {
    let (mut skip, mut count) = (skip, count);
    let mut picked = Vec::new();
    for share in shares {
        let skipped = share.points.min(skip);
        let points = (share.points - skipped).min(count);
        skip -= skipped;
        count -= points;
        if points > 0 {
            picked.push(LotShare { points, ..*share });
        }
    }
    picked
}

/// Plans how points taken before return to their lots: a debt is paid first, the rest goes back where it came from.
#[must_use]
pub fn give_back(shares: &[LotShare], balance_before: i64) -> Vec<LotShare> {
    let points = shares
        .iter()
        .fold(0_u32, |sum, share| sum.saturating_add(share.points));
    let mut left = remaining_after_debt(balance_before, points);
    shares
        .iter()
        .filter_map(|share| {
            let points = share.points.min(left);
            left -= points;
            (points > 0).then_some(LotShare { points, ..*share })
        })
        .collect()
}

fn has_lapsed(lot: &Lot, now: DateTime<Utc>) -> bool {
    lot.expires_at.is_some_and(|end| end <= now)
}

/// Takes up to `points` from lots in the order of spending; gives the shares and what is missing.
fn take(lots: &[Lot], points: u32) -> (Vec<LotShare>, u32) {
    let mut ordered = lots.to_vec();
    ordered.sort_by_key(|lot| (lot.expires_at.is_none(), lot.expires_at, lot.id));
    let mut missing = points;
    let mut shares = Vec::new();
    for lot in ordered {
        let taken = lot.remaining.min(missing);
        if taken > 0 {
            shares.push(LotShare {
                lot_id: lot.id,
                points: taken,
            });
            missing -= taken;
        }
    }
    (shares, missing)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::collection::vec;
    use proptest::prelude::{Strategy, proptest};
    use uuid::Uuid;

    use super::{
        ClawBack, Lot, LotShare, claw_back, clawed_back, give_back, lapsed, notice_at, part,
        plan_spend, remaining_after_debt,
    };
    use crate::points::PointsAccountKind::{self, MemberActive, MemberHeld, MemberPending};
    use crate::points::{PointsEntryKind, PointsError, postings};

    fn day(number: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(number)
    }

    fn lot(id: u128, remaining: u32, expires: Option<i64>) -> Lot {
        Lot {
            id: Uuid::from_u128(id),
            remaining,
            expires_at: expires.map(day),
        }
    }

    #[test]
    fn members_are_told_days_before_but_not_in_the_first_half() {
        for (usable, end, days, expected) in [
            (0, 365, 14, Some(351)),
            (0, 28, 14, Some(14)),
            (0, 10, 14, Some(5)),
            (10, 10, 14, Some(10)),
            (11, 10, 14, Some(10)),
            (0, 365, 0, None),
        ] {
            assert_eq!(notice_at(day(usable), day(end), days), expected.map(day));
        }
    }

    fn share(id: u128, points: u32) -> LotShare {
        LotShare {
            lot_id: Uuid::from_u128(id),
            points,
        }
    }

    #[test]
    fn parts_of_shares_follow_each_other() {
        let shares = [share(1, 10), share(2, 5), share(3, 20)];
        assert_eq!(part(&shares, 0, 12), [share(1, 10), share(2, 2)]);
        assert_eq!(part(&shares, 12, 3), [share(2, 3)]);
        assert_eq!(part(&shares, 15, 99), [share(3, 20)]);
        assert_eq!(part(&shares, 35, 1), []);
    }

    #[test]
    fn the_first_to_lapse_is_spent_first_then_the_oldest() {
        let lots = [
            lot(1, 10, None),
            lot(2, 10, Some(9)),
            lot(3, 10, Some(5)),
            lot(4, 10, Some(5)),
            lot(5, 10, Some(1)),
        ];
        assert_eq!(
            plan_spend(&lots, 25, day(1)).unwrap(),
            [share(3, 10), share(4, 10), share(2, 5)]
        );
        assert_eq!(
            plan_spend(&lots, 40, day(1)).unwrap().last(),
            Some(&share(1, 10))
        );
        assert_eq!(
            plan_spend(&lots, 41, day(1)),
            Err(PointsError::Insufficient { available: 40 })
        );
        assert_eq!(plan_spend(&lots, 0, day(1)), Ok(vec![]));
        assert_eq!(
            lapsed(&lots, day(5)),
            [share(3, 10), share(4, 10), share(5, 10)]
        );
    }

    #[test]
    fn points_are_taken_back_from_their_own_lot_first_and_leave_a_debt_when_spent() {
        let others = [lot(1, 5, Some(3)), lot(2, 5, None)];
        assert_eq!(
            claw_back(&[lot(9, 4, None)], &others, 11),
            ClawBack {
                shares: vec![share(9, 4), share(1, 5), share(2, 2)],
                debt: 0
            }
        );
        assert_eq!(
            claw_back(&[], &others, 12),
            ClawBack {
                shares: vec![share(1, 5), share(2, 5)],
                debt: 2
            }
        );
        assert_eq!(remaining_after_debt(-2, 10), 8);
        assert_eq!(remaining_after_debt(-20, 10), 0);
        assert_eq!(remaining_after_debt(20, 10), 10);
        assert_eq!(remaining_after_debt(i64::MIN, 10), 0);
    }

    #[test]
    fn refunds_take_their_share_and_all_of_them_everything() {
        for (back, gone) in [
            (-1, 0),
            (0, 0),
            (333, 3),
            (999, 9),
            (1_000, 10),
            (5_000, 10),
        ] {
            assert_eq!(clawed_back(10, back, 1_000), gone, "{back}");
        }
        assert_eq!(clawed_back(10, 5, 0), 10);
        assert_eq!(clawed_back(u32::MAX, i64::MAX, i64::MAX), u32::MAX);
    }

    /// One step of the model below; numbers are chosen among what is possible.
    #[derive(Clone, Copy, Debug)]
    enum Step {
        Earn(u32, bool),
        Activate,
        Hold(u32),
        Release,
        Capture,
        Restore,
        ClawBack(u32),
        Lapse,
    }

    #[derive(Default)]
    struct Model {
        now: i64,
        accounts: BTreeMap<PointsAccountKind, i64>,
        pending: Vec<u32>,
        lots: Vec<Lot>,
        held: Vec<Vec<LotShare>>,
        captured: Vec<Vec<LotShare>>,
    }

    impl Model {
        fn balance(&self, account: PointsAccountKind) -> i64 {
            self.accounts.get(&account).copied().unwrap_or(0)
        }

        fn book(&mut self, kind: PointsEntryKind, points: i64, is_pending: bool) {
            if points != 0 {
                for posting in postings(kind, points, is_pending).unwrap().postings() {
                    *self.accounts.entry(posting.account).or_default() += posting.points;
                }
            }
        }

        fn new_lot(&mut self, points: u32) {
            let remaining = remaining_after_debt(self.balance(MemberActive), points);
            let id = u128::try_from(self.lots.len()).unwrap();
            self.lots
                .push(lot(id, remaining, (id % 3 > 0).then_some(self.now + 5)));
        }

        fn change(&mut self, shares: &[LotShare], is_given_back: bool) {
            for share in shares {
                let lot = self
                    .lots
                    .iter_mut()
                    .find(|lot| lot.id == share.lot_id)
                    .unwrap();
                lot.remaining = if is_given_back {
                    lot.remaining + share.points
                } else {
                    lot.remaining - share.points
                };
            }
        }

        /// Gives points back: the debt is paid first, what is left returns to the lots.
        fn give_back(&mut self, kind: PointsEntryKind, shares: &[LotShare]) {
            let points: u32 = shares.iter().map(|share| share.points).sum();
            self.change(&give_back(shares, self.balance(MemberActive)), true);
            self.book(kind, i64::from(points), false);
        }

        fn step(&mut self, step: Step) {
            match step {
                Step::Earn(points, true) => {
                    self.pending.push(points);
                    self.book(PointsEntryKind::Earn, i64::from(points), true);
                }
                Step::Earn(points, false) => {
                    self.new_lot(points);
                    self.book(PointsEntryKind::Earn, i64::from(points), false);
                }
                Step::Activate => {
                    if let Some(points) = self.pending.pop() {
                        self.new_lot(points);
                        self.book(PointsEntryKind::Activate, i64::from(points), false);
                    }
                }
                Step::Hold(points) => {
                    if let Ok(shares) = plan_spend(&self.lots, points, day(self.now)) {
                        assert!(i64::from(points) <= self.balance(MemberActive));
                        self.change(&shares, false);
                        self.held.push(shares);
                        self.book(PointsEntryKind::Hold, -i64::from(points), false);
                    }
                }
                Step::Release => {
                    if let Some(shares) = self.held.pop() {
                        self.give_back(PointsEntryKind::Release, &shares);
                    }
                }
                Step::Capture => {
                    if let Some(shares) = self.held.pop() {
                        let points: u32 = shares.iter().map(|share| share.points).sum();
                        self.book(PointsEntryKind::Spend, -i64::from(points), false);
                        self.captured.push(shares);
                    }
                }
                Step::Restore => {
                    if let Some(shares) = self.captured.pop() {
                        self.give_back(PointsEntryKind::Restore, &shares);
                    }
                }
                Step::ClawBack(points) => {
                    let plan = claw_back(&[], &self.lots, points);
                    self.change(&plan.shares, false);
                    self.book(PointsEntryKind::ClawBack, -i64::from(points), false);
                }
                Step::Lapse => {
                    self.now += 3;
                    let shares = lapsed(&self.lots, day(self.now));
                    let points: u32 = shares.iter().map(|share| share.points).sum();
                    self.change(&shares, false);
                    self.book(PointsEntryKind::Expire, -i64::from(points), false);
                }
            }
        }
    }

    fn steps() -> impl Strategy<Value = Vec<Step>> {
        let step = (0_u8..8, 1_u32..100).prop_map(|(kind, points)| match kind {
            0 => Step::Earn(points, true),
            1 => Step::Earn(points, false),
            2 => Step::Activate,
            3 => Step::Hold(points),
            4 => Step::Release,
            5 => Step::Capture,
            6 => Step::Restore,
            _ if points % 2 == 0 => Step::ClawBack(points / 4 + 1),
            _ => Step::Lapse,
        });
        vec(step, 0..60)
    }

    proptest! {
        #[test]
        fn points_are_neither_made_nor_lost(steps in steps()) {
            let mut model = Model::default();
            for step in steps {
                model.step(step);
                assert_eq!(model.accounts.values().sum::<i64>(), 0);
                let in_lots: i64 = model.lots.iter().map(|lot| i64::from(lot.remaining)).sum();
                assert_eq!(model.balance(MemberActive).max(0), in_lots);
                let pending: u32 = model.pending.iter().sum();
                assert_eq!(model.balance(MemberPending), i64::from(pending));
                let held: u32 = model.held.iter().flatten().map(|share| share.points).sum();
                assert_eq!(model.balance(MemberHeld), i64::from(held));
            }
        }
    }
}
