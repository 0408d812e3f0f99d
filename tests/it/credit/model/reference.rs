//! What gift cards and store credit should do, said as plainly as can be.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long money that came back can be spent at least.
const RETURN: TimeDelta = TimeDelta::days(30);

/// Why something is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refused {
    TooMuch,
    Closed,
}

/// A member or a card.
#[derive(Clone, Debug)]
pub(super) struct Holder {
    pub(super) id: Uuid,
    pub(super) available: i64,
    pub(super) held: i64,
    is_card: bool,
    is_cancelled: bool,
    ends_at: Option<DateTime<Utc>>,
}

impl Holder {
    fn has_ended(&self, now: DateTime<Utc>) -> bool {
        self.ends_at.is_some_and(|end| end <= now)
    }

    fn spendable(&self, now: DateTime<Utc>) -> i64 {
        if self.is_cancelled || self.has_ended(now) {
            0
        } else {
            self.available
        }
    }

    fn take_back(&mut self, minor: i64, now: DateTime<Utc>) {
        self.available += minor;
        self.ends_at = self.ends_at.map(|end| end.max(now + RETURN));
    }
}

/// What a holder pays of an order.
#[derive(Clone, Debug)]
struct Part {
    holder: Uuid,
    minor: i64,
    back: i64,
}

#[derive(Clone, Debug)]
struct Order {
    id: Uuid,
    member: Uuid,
    parts: Vec<Part>,
    is_held: bool,
}

pub(super) struct Reference {
    holders: Vec<Holder>,
    members: Vec<Uuid>,
    orders: Vec<Order>,
    seen: BTreeSet<&'static str>,
}

impl Reference {
    pub(super) fn new(members: Vec<Uuid>) -> Self {
        let holders = members.iter().map(|id| Holder {
            id: *id,
            available: 0,
            held: 0,
            is_card: false,
            is_cancelled: false,
            ends_at: None,
        });
        Self {
            holders: holders.collect(),
            members,
            orders: Vec::new(),
            seen: BTreeSet::new(),
        }
    }

    pub(super) fn all(&self) -> Vec<Holder> {
        self.holders.clone()
    }

    /// The members and the youngest cards.
    pub(super) fn young(&self, members: usize, cards: usize) -> Vec<Holder> {
        let from = self.holders.len().saturating_sub(cards).max(members);
        [&self.holders[..members], &self.holders[from..]].concat()
    }

    /// Whether what can go wrong did, and money lapsed, came back late and was held by cards and members.
    pub(super) fn is_varied(&self) -> bool {
        self.seen.len() == 6
    }

    pub(super) fn member(&self, number: usize) -> Uuid {
        self.members[number]
    }

    /// The so many-th youngest card.
    pub(super) fn card(&self, number: usize) -> Option<Uuid> {
        let mut cards = self.holders.iter().rev().filter(|holder| holder.is_card);
        cards.nth(number).map(|card| card.id)
    }

    pub(super) fn cards(&self, numbers: [usize; 2]) -> Vec<Uuid> {
        let mut cards: Vec<Uuid> = Vec::new();
        for number in numbers {
            cards.extend(self.card(number).filter(|id| !cards.contains(id)));
        }
        cards
    }

    pub(super) fn order_id(&self, number: usize) -> Option<Uuid> {
        self.orders.iter().rev().nth(number).map(|order| order.id)
    }

    fn holder(&mut self, id: Uuid) -> &mut Holder {
        let found = self.holders.iter_mut().find(|holder| holder.id == id);
        found.expect("a holder of the model")
    }

    pub(super) fn give(&mut self, id: Uuid, minor: i64) -> Result<(), Refused> {
        let holder = self.holder(id);
        if holder.available + minor < 0 {
            self.seen.insert("too much");
            return Err(Refused::TooMuch);
        }
        holder.available += minor;
        Ok(())
    }

    pub(super) fn issue(&mut self, id: Uuid, minor: i64, ends_at: Option<DateTime<Utc>>) {
        self.holders.push(Holder {
            id,
            available: minor,
            held: 0,
            is_card: true,
            is_cancelled: false,
            ends_at,
        });
    }

    pub(super) fn adjust(
        &mut self,
        id: Uuid,
        minor: i64,
        now: DateTime<Utc>,
    ) -> Result<(), Refused> {
        let card = self.holder(id);
        if minor > 0 && (card.is_cancelled || card.has_ended(now)) {
            self.seen.insert("closed");
            return Err(Refused::Closed);
        }
        self.give(id, minor)
    }

    pub(super) fn cancel(&mut self, id: Uuid) -> Result<(), Refused> {
        let card = self.holder(id);
        if card.is_cancelled {
            return Err(Refused::Closed);
        }
        card.is_cancelled = true;
        card.available = 0;
        Ok(())
    }

    /// Cards pay first, the soonest to lapse before the others; what each pays is answered.
    pub(super) fn order(
        &mut self,
        id: Uuid,
        member: Uuid,
        (cards, credit): (&[Uuid], i64),
        total: i64,
        now: DateTime<Utc>,
    ) -> Vec<(Uuid, i64)> {
        let mut by_end: Vec<(DateTime<Utc>, Uuid)> = cards
            .iter()
            .map(|card| {
                (
                    self.holder(*card)
                        .ends_at
                        .unwrap_or(DateTime::<Utc>::MAX_UTC),
                    *card,
                )
            })
            .collect();
        by_end.sort_by_key(|(end, _)| *end);
        let limits = by_end
            .into_iter()
            .map(|(_, card)| (card, i64::MAX))
            .chain([(member, credit)]);
        let (mut left, mut parts) = (total, Vec::new());
        for (owner, most) in limits {
            let holder = self.holder(owner);
            let minor = holder.spendable(now).min(most).min(left);
            if minor > 0 {
                holder.available -= minor;
                holder.held += minor;
                left -= minor;
                let is_card = holder.is_card;
                self.seen
                    .insert(if is_card { "card held" } else { "credit held" });
                parts.push(Part {
                    holder: owner,
                    minor,
                    back: 0,
                });
            }
        }
        let told = parts.iter().map(|part| (part.holder, part.minor)).collect();
        self.orders.push(Order {
            id,
            member,
            parts,
            is_held: true,
        });
        told
    }

    fn of(&mut self, number: usize) -> Option<&mut Order> {
        self.orders.iter_mut().rev().nth(number)
    }

    pub(super) fn capture(&mut self, number: usize) {
        let Some(order) = self.of(number).filter(|order| order.is_held) else {
            return;
        };
        order.is_held = false;
        for part in order.parts.clone() {
            self.holder(part.holder).held -= part.minor - part.back;
        }
    }

    pub(super) fn release(&mut self, number: usize, now: DateTime<Utc>) {
        let Some(order) = self.of(number).filter(|order| order.is_held) else {
            return;
        };
        order.is_held = false;
        let parts = std::mem::take(&mut order.parts);
        for part in parts.iter().filter(|part| part.minor > part.back) {
            let holder = self.holder(part.holder);
            holder.held -= part.minor - part.back;
            holder.take_back(part.minor - part.back, now);
        }
    }

    /// Gives back of one part of an order, as far as it goes; tells the order, the holder and how much.
    pub(super) fn give_back(
        &mut self,
        number: usize,
        part: usize,
        minor: i64,
        now: DateTime<Utc>,
    ) -> Option<(Uuid, Uuid, i64)> {
        let order = self.of(number)?;
        let (id, is_held) = (order.id, order.is_held);
        let part = order.parts.get_mut(part)?;
        let minor = minor.min(part.minor - part.back);
        if minor == 0 {
            return None;
        }
        part.back += minor;
        let owner = part.holder;
        let holder = self.holder(owner);
        if is_held {
            holder.held -= minor;
        }
        let was_late = holder.has_ended(now);
        holder.take_back(minor, now);
        if was_late {
            self.seen.insert("came back late");
        }
        Some((id, owner, minor))
    }

    pub(super) fn give_credit(&mut self, number: usize, minor: i64) {
        if let Some(member) = self.of(number).map(|order| order.member) {
            self.holder(member).available += minor;
        }
    }

    pub(super) fn wait(&mut self, now: DateTime<Utc>) {
        for holder in &mut self.holders {
            if !holder.is_cancelled && holder.has_ended(now) && holder.available > 0 {
                holder.available = 0;
                self.seen.insert("lapsed");
            }
        }
    }
}
