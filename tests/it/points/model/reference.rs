//! The reference: members as lists of lots, with a debt beside them; slow and obviously right.

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use super::Outcome;

/// Points of an event that waits, and of one that does not.
pub(super) const EVENT_LATER: u32 = 40;
pub(super) const EVENT_NOW: u32 = 25;
/// Days points wait, and days they live.
pub(super) const WAIT: i64 = 3;
pub(super) const LIFE: i64 = 5;
/// What an order costs, in minor units.
pub(super) const TOTAL: i64 = 1_000;

/// More than there is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Refused;

#[derive(Debug)]
struct Lot {
    member: usize,
    left: i64,
    is_pending: bool,
    usable_at: DateTime<Utc>,
    expires_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hold {
    None,
    Held,
    Captured,
}

#[derive(Debug)]
struct Order {
    id: Uuid,
    member: usize,
    hold: Hold,
    shares: Vec<(usize, i64)>,
    earned: i64,
    lots: Vec<usize>,
    back: i64,
}

/// The whole ledger.
#[derive(Debug)]
pub(super) struct Reference {
    ids: Vec<Uuid>,
    debts: Vec<i64>,
    lots: Vec<Lot>,
    orders: Vec<Order>,
}

impl Reference {
    pub(super) fn new(ids: Vec<Uuid>) -> Self {
        Self {
            debts: vec![0; ids.len()],
            ids,
            lots: Vec::new(),
            orders: Vec::new(),
        }
    }

    pub(super) fn ids(&self) -> &[Uuid] {
        &self.ids
    }

    pub(super) fn id(&self, member: usize) -> Uuid {
        self.ids[member]
    }

    pub(super) fn orders(&self) -> usize {
        self.orders.len()
    }

    pub(super) fn order_id(&self, order: usize) -> Option<Uuid> {
        self.orders.get(order).map(|order| order.id)
    }

    /// An order that earned: its id, what it earned, and what went back before.
    pub(super) fn refundable(&self, order: usize) -> Option<(Uuid, i64, i64)> {
        let order = self.orders.get(order)?;
        (order.earned > 0).then_some((order.id, order.earned, order.back))
    }

    /// Spendable, waiting and held points of each member.
    pub(super) fn balances(&self) -> Vec<(i64, i64, i64)> {
        (0..self.ids.len())
            .map(|member| {
                let held = self
                    .orders
                    .iter()
                    .filter(|order| order.member == member && order.hold == Hold::Held);
                let held = held.flat_map(|order| &order.shares).map(|share| share.1);
                (self.balance(member), self.sum(member, true), held.sum())
            })
            .collect()
    }

    /// What is left in each lot, oldest first.
    pub(super) fn lots(&self) -> Vec<i64> {
        self.lots.iter().map(|lot| lot.left).collect()
    }

    fn sum(&self, member: usize, is_pending: bool) -> i64 {
        let lots = self.lots.iter();
        lots.filter(|lot| lot.member == member && lot.is_pending == is_pending)
            .map(|lot| lot.left)
            .sum()
    }

    fn balance(&self, member: usize) -> i64 {
        self.sum(member, false) - self.debts[member]
    }

    /// Pays a debt with points; gives what is left of them.
    fn pay(&mut self, member: usize, points: i64) -> i64 {
        let paid = points.min(self.debts[member]);
        self.debts[member] -= paid;
        points - paid
    }

    fn add(
        &mut self,
        member: usize,
        points: i64,
        wait: i64,
        life: Option<i64>,
        now: DateTime<Utc>,
    ) {
        let usable_at = now + TimeDelta::days(wait);
        let is_pending = wait > 0;
        let left = if is_pending {
            points
        } else {
            self.pay(member, points)
        };
        self.lots.push(Lot {
            member,
            left,
            is_pending,
            usable_at,
            expires_at: life.map(|days| usable_at + TimeDelta::days(days)),
        });
    }

    /// Lots in the order of spending.
    fn ordered(&self, choose: impl Fn(usize, &Lot) -> bool) -> Vec<usize> {
        let mut places: Vec<usize> = (0..self.lots.len())
            .filter(|place| choose(*place, &self.lots[*place]))
            .collect();
        places.sort_by_key(|place| {
            let end = self.lots[*place].expires_at;
            (end.is_none(), end, *place)
        });
        places
    }

    /// Takes up to so many points from lots; gives the shares and what is missing.
    fn draw(&mut self, places: Vec<usize>, points: i64) -> (Vec<(usize, i64)>, i64) {
        let mut missing = points;
        let mut shares = Vec::new();
        for place in places {
            let taken = self.lots[place].left.min(missing);
            if taken > 0 {
                self.lots[place].left -= taken;
                shares.push((place, taken));
                missing -= taken;
            }
        }
        (shares, missing)
    }

    fn spend(
        &mut self,
        member: usize,
        points: u32,
        now: DateTime<Utc>,
    ) -> Result<Vec<(usize, i64)>, Refused> {
        let points = i64::from(points);
        let usable = self.ordered(|_, lot| {
            lot.member == member && !lot.is_pending && lot.expires_at.is_none_or(|end| end > now)
        });
        let there: i64 = usable.iter().map(|place| self.lots[*place].left).sum();
        if points > self.balance(member) || points > there {
            return Err(Refused);
        }
        Ok(self.draw(usable, points).0)
    }

    pub(super) fn give(&mut self, member: usize, points: u32) {
        self.add(member, i64::from(points), 0, None, DateTime::UNIX_EPOCH);
    }

    pub(super) fn take(&mut self, member: usize, points: u32, now: DateTime<Utc>) -> Outcome {
        self.spend(member, points, now).map(|_shares| ())
    }

    pub(super) fn report(&mut self, member: usize, later: bool, now: DateTime<Utc>) {
        if later {
            self.add(member, i64::from(EVENT_LATER), WAIT, Some(LIFE), now);
        } else {
            self.add(member, i64::from(EVENT_NOW), 0, Some(LIFE), now);
        }
    }

    pub(super) fn complete(
        &mut self,
        member: usize,
        id: Uuid,
        (soon, later): (u32, u32),
        now: DateTime<Utc>,
    ) {
        let first = self.lots.len();
        self.add(member, i64::from(soon), 0, Some(LIFE), now);
        if later > 0 {
            self.add(member, i64::from(later), WAIT, None, now);
        }
        self.orders.push(Order {
            id,
            member,
            hold: Hold::None,
            shares: Vec::new(),
            earned: i64::from(soon + later),
            lots: (first..self.lots.len()).collect(),
            back: 0,
        });
    }

    pub(super) fn hold(
        &mut self,
        member: usize,
        id: Uuid,
        points: u32,
        now: DateTime<Utc>,
    ) -> Outcome {
        let shares = self.spend(member, points, now)?;
        self.orders.push(Order {
            id,
            member,
            hold: Hold::Held,
            shares,
            earned: 0,
            lots: Vec::new(),
            back: 0,
        });
        Ok(())
    }

    pub(super) fn capture(&mut self, order: usize) {
        if self.orders[order].hold == Hold::Held {
            self.orders[order].hold = Hold::Captured;
        }
    }

    /// Held points come back as spent ones do: a debt first, then each lot in the order they were taken.
    pub(super) fn release(&mut self, order: usize) {
        if self.orders[order].hold == Hold::None {
            return;
        }
        self.orders[order].hold = Hold::None;
        let shares = std::mem::take(&mut self.orders[order].shares);
        self.put_back(self.orders[order].member, shares);
    }

    /// A refund gives a part back, the first points taken first; with the last of them nothing is left to release.
    pub(super) fn give_back(&mut self, order: usize, points: i64) {
        if self.orders[order].hold == Hold::None {
            return;
        }
        let (mut wanted, mut shares, mut kept) = (points, Vec::new(), Vec::new());
        for (place, taken) in std::mem::take(&mut self.orders[order].shares) {
            let back = taken.min(wanted);
            wanted -= back;
            shares.push((place, back));
            kept.push((place, taken - back));
        }
        kept.retain(|share| share.1 > 0);
        if kept.is_empty() {
            self.orders[order].hold = Hold::None;
        }
        self.orders[order].shares = kept;
        self.put_back(self.orders[order].member, shares);
    }

    fn put_back(&mut self, member: usize, shares: Vec<(usize, i64)>) {
        let points = shares.iter().map(|share| share.1).sum();
        let mut left = self.pay(member, points);
        for (place, taken) in shares {
            let back = taken.min(left);
            self.lots[place].left += back;
            left -= back;
        }
    }

    pub(super) fn refund(&mut self, order: usize, minor: i64) {
        let Order {
            member,
            earned,
            back,
            ..
        } = self.orders[order];
        let own = self.orders[order].lots.clone();
        let gone = |minor: i64| earned * minor.min(TOTAL) / TOTAL;
        let points = gone(back + minor) - gone(back);
        self.orders[order].back += minor;
        let waiting = self.ordered(|place, lot| own.contains(&place) && lot.is_pending);
        let (_, missing) = self.draw(waiting, points);
        let usable = self.ordered(|place, lot| own.contains(&place) && !lot.is_pending);
        let (_, missing) = self.draw(usable, missing);
        let others = self
            .ordered(|place, lot| lot.member == member && !lot.is_pending && !own.contains(&place));
        let (_, missing) = self.draw(others, missing);
        self.debts[member] += missing;
    }

    /// What waited long enough becomes usable, then what is old enough lapses.
    pub(super) fn wait(&mut self, now: DateTime<Utc>) {
        let mut due: Vec<usize> = (0..self.lots.len())
            .filter(|place| self.lots[*place].is_pending && self.lots[*place].usable_at <= now)
            .collect();
        due.sort_by_key(|place| (self.lots[*place].usable_at, *place));
        for place in due {
            let (member, points) = (self.lots[place].member, self.lots[place].left);
            self.lots[place].left = self.pay(member, points);
            self.lots[place].is_pending = false;
        }
        for lot in &mut self.lots {
            if !lot.is_pending && lot.expires_at.is_some_and(|end| end <= now) {
                lot.left = 0;
            }
        }
    }
}
