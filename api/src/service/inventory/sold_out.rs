//! What was just refused for want of stock, remembered for a second: in a rush it spares the database the same question. Then one
//! who wants it is let through to ask again, for all the others.

use std::collections::HashMap;
use std::sync::Mutex;

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

/// How long a refusal is remembered: stock that came back meanwhile is not seen until then.
const KEPT: TimeDelta = TimeDelta::seconds(1);

/// How much longer the others of a rush are refused while somebody asks again.
const ASKED_AGAIN: TimeDelta = TimeDelta::milliseconds(500);

/// Time after which another one may ask again.
const NEXT: TimeDelta = TimeDelta::milliseconds(100);

/// Refusals within that time that make a rush. Below it the database is asked: it answers at its leisure, and knows best.
const RUSH: u32 = 16;

/// Variants remembered before those whose time is over are forgotten.
const MANY: usize = 1_000;

/// Variants of which the database had too few a moment ago, in this process.
#[derive(Debug, Default)]
pub struct SoldOut {
    refused: Mutex<HashMap<Uuid, Refused>>,
}

/// What the database said about a variant.
#[derive(Clone, Copy, Debug)]
struct Refused {
    since: DateTime<Utc>,
    times: u32,
    /// Most units it had.
    left: u32,
    /// When somebody was let through to ask again.
    asked_again: Option<DateTime<Utc>>,
}

impl Refused {
    fn is_fresh(&self, now: DateTime<Utc>) -> bool {
        (self.since..self.since + KEPT).contains(&now)
    }

    /// Whether it makes a rush, be it only while somebody may be asking again.
    fn is_rush(&self, now: DateTime<Utc>) -> bool {
        self.times >= RUSH && (self.since..self.since + KEPT + ASKED_AGAIN).contains(&now)
    }
}

impl SoldOut {
    /// Remembers that the database had only so many units `left` for somebody who holds none and wanted more.
    pub(crate) fn remember(&self, variant_id: Uuid, left: u32, now: DateTime<Utc>) {
        let Ok(mut refused) = self.refused.lock() else {
            return; // a hint less
        };
        if refused.len() >= MANY {
            refused.retain(|_, known| known.is_fresh(now) || known.is_rush(now));
        }
        let first = Refused {
            since: now,
            times: 0,
            left,
            asked_again: None,
        };
        let known = refused.entry(variant_id).or_insert(first);
        if !known.is_fresh(now) {
            let times = if known.is_rush(now) { RUSH } else { 0 };
            *known = Refused { times, ..first };
        }
        known.times = known.times.saturating_add(1);
        known.left = known.left.max(left);
    }

    /// The variants in a rush, with the most units there were of each at the last look; no one of them can be bought in a
    /// greater number, but by [`Self::asks_again`].
    pub(crate) fn rushed(&self, now: DateTime<Utc>) -> HashMap<Uuid, u32> {
        let Ok(refused) = self.refused.lock() else {
            return HashMap::new();
        };
        refused
            .iter()
            .filter(|(_, known)| known.is_rush(now))
            .map(|(variant_id, known)| (*variant_id, known.left))
            .collect()
    }

    /// Whether who is to be refused for want of a variant is let through instead, since its second is over and nobody else asks
    /// at this moment.
    pub(crate) fn asks_again(&self, variant_id: Uuid, now: DateTime<Utc>) -> bool {
        let Ok(mut refused) = self.refused.lock() else {
            return true;
        };
        let Some(known) = refused.get_mut(&variant_id) else {
            return true;
        };
        let is_next = known.asked_again.is_none_or(|at| now >= at + NEXT);
        let asks = !known.is_fresh(now) && is_next;
        if asks {
            known.asked_again = Some(now);
        }
        asks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LAMP: Uuid = Uuid::from_u128(1);

    fn at(millis: i64) -> DateTime<Utc> {
        DateTime::<Utc>::UNIX_EPOCH + TimeDelta::milliseconds(millis)
    }

    fn refused(times: u32, left: u32) -> SoldOut {
        let sold_out = SoldOut::default();
        for _ in 0..times {
            sold_out.remember(LAMP, left, at(0));
        }
        sold_out
    }

    #[test]
    fn a_few_refusals_are_no_rush() {
        assert_eq!(refused(15, 0).rushed(at(1)), HashMap::new());
        assert_eq!(refused(16, 2).rushed(at(1)), HashMap::from([(LAMP, 2)]));
    }

    #[test]
    fn a_rush_is_looked_at_again_after_a_second_however_long_it_lasts() {
        let sold_out = refused(16, 0);
        sold_out.remember(LAMP, 0, at(900));
        assert!(!sold_out.asks_again(LAMP, at(999)), "it is known");
        assert!(sold_out.asks_again(LAMP, at(1_000)), "the first one asks");
        assert!(!sold_out.asks_again(LAMP, at(1_001)), "for all others");
        assert_eq!(sold_out.rushed(at(1_099)), HashMap::from([(LAMP, 0)]));
        assert!(sold_out.asks_again(LAMP, at(1_100)), "nobody was answered");
        sold_out.remember(LAMP, 2, at(1_200));
        assert!(!sold_out.asks_again(LAMP, at(2_199)));
        assert_eq!(sold_out.rushed(at(2_199)), HashMap::from([(LAMP, 2)]));
        assert!(sold_out.asks_again(LAMP, at(2_200)));
    }

    #[test]
    fn a_rush_nobody_is_refused_in_any_more_is_over() {
        let sold_out = refused(16, 0);
        assert_eq!(sold_out.rushed(at(1_499)).len(), 1);
        assert_eq!(sold_out.rushed(at(1_500)).len(), 0);
        sold_out.remember(LAMP, 0, at(1_500));
        assert_eq!(sold_out.rushed(at(1_501)).len(), 0, "one refusal is none");
        let few = refused(15, 0);
        few.remember(LAMP, 0, at(1_000));
        assert_eq!(few.rushed(at(1_001)).len(), 0);
    }

    #[test]
    fn the_most_units_there_were_are_given_to_whoever_wants_no_more() {
        let sold_out = refused(16, 1);
        sold_out.remember(LAMP, 3, at(5));
        sold_out.remember(LAMP, 0, at(6));
        assert_eq!(sold_out.rushed(at(7)), HashMap::from([(LAMP, 3)]));
    }
}
