//! What a variant cost before: the lowest price of one unit that everybody could have paid in the thirty days before it was
//! reduced, as the law of the European Union has it told beside a reduction (Directive 98/6/EC, article 6a).

use chrono::{DateTime, TimeDelta, Utc};
use uuid::Uuid;

use crate::money::{Currency, Money};
use crate::promotion::UnitCut;

/// Days before a reduction that are looked at, and for which a lower price of the variant's own counts as a reduction.
pub const REFERENCE: TimeDelta = TimeDelta::days(30);

/// Which rule set a past price, as far as that decides which of several counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PastSource {
    /// The variant itself.
    Own,
    /// A price list for everybody; of several the first counted.
    List {
        /// Lower numbers come first.
        priority: i32,
        /// The list.
        list_id: Uuid,
    },
    /// A flash sale, which counted where it was lower.
    Flash,
}

/// A price of one unit that was in force for some time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastPrice {
    /// Which rule set it.
    pub source: PastSource,
    /// Minor units.
    pub minor: i64,
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Before this instant; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
}

/// What a promotion of the catalog did to prices for some time. It lowered them for everybody; of several the one counted
/// that lowered the price the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PastCut {
    /// What it took off one unit.
    pub cut: UnitCut,
    /// From this instant on.
    pub from: DateTime<Utc>,
    /// Before this instant; `None` while it lasts.
    pub until: Option<DateTime<Utc>>,
}

/// What is known of a variant's past.
#[derive(Clone, Copy, Debug)]
pub struct Past<'a> {
    /// Currency of all prices.
    pub currency: Currency,
    /// Prices it had.
    pub prices: &'a [PastPrice],
    /// Promotions of the catalog that lowered them.
    pub cuts: &'a [PastCut],
}

/// What everybody paid from an instant on.
#[derive(Clone, Copy, Debug)]
struct Step {
    at: DateTime<Utc>,
    /// `None` while it was not for sale.
    minor: Option<i64>,
    /// Whether it was below the variant's own price.
    is_reduced: bool,
}

impl PastPrice {
    fn holds_at(&self, instant: DateTime<Utc>) -> bool {
        holds(self.from, self.until, instant)
    }
}

fn holds(from: DateTime<Utc>, until: Option<DateTime<Utc>>, instant: DateTime<Utc>) -> bool {
    from <= instant && until.is_none_or(|until| instant < until)
}

/// Finds the lowest price everybody could have paid in the thirty days before the present reduction; while there is none, in
/// the last thirty days, the present price among them. The present price where nothing is known of the time before, `None`
/// when it is not for sale.
///
/// A price below the variant's own is a reduction from the instant since which there has been one without a break. When the
/// variant's own price is paid, it is reduced while its last falls are not older than thirty days: it is the usual price from
/// then on.
#[must_use]
pub fn lowest_before_reduction(past: Past<'_>, now: DateTime<Utc>) -> Option<i64> {
    let steps = steps(past, now);
    let present = steps.last()?.minor?;
    let end = reduced_since(&steps, now);
    let start = end.unwrap_or(now) - REFERENCE;
    let ends = steps.iter().skip(1).map(|step| Some(step.at));
    let lowest = steps
        .iter()
        .zip(ends.chain([None]))
        .filter(|(step, until)| {
            end.is_none_or(|end| step.at < end) && until.is_none_or(|until| start < until)
        })
        .filter_map(|(step, _)| step.minor)
        .min();
    Some(lowest.unwrap_or(present))
}

/// What everybody paid, from one change to the next.
fn steps(past: Past<'_>, now: DateTime<Utc>) -> Vec<Step> {
    let prices = past.prices.iter().map(|price| (price.from, price.until));
    let cuts = past.cuts.iter().map(|cut| (cut.from, cut.until));
    let mut changes: Vec<DateTime<Utc>> = prices
        .chain(cuts)
        .flat_map(|(from, until)| [Some(from), until])
        .flatten()
        .filter(|instant| *instant <= now)
        .collect();
    changes.sort_unstable();
    changes.dedup();
    let step = |at| {
        let own = of_own(past, at);
        let minor = own.map(|own| paid(past, own, at));
        Step {
            at,
            minor,
            is_reduced: minor < own,
        }
    };
    changes.into_iter().map(step).collect()
}

fn of_own(past: Past<'_>, at: DateTime<Utc>) -> Option<i64> {
    let own = |price: &&PastPrice| price.source == PastSource::Own && price.holds_at(at);
    past.prices.iter().find(own).map(|price| price.minor)
}

/// What one unit cost everybody; see [`crate::unit_price`].
fn paid(past: Past<'_>, own: i64, at: DateTime<Utc>) -> i64 {
    let holding = || past.prices.iter().filter(|price| price.holds_at(at));
    let listed = holding().filter_map(|price| match price.source {
        PastSource::List { priority, list_id } => Some(((priority, list_id), price.minor)),
        PastSource::Own | PastSource::Flash => None,
    });
    let usual = listed.min().map_or(own, |(_, minor)| minor);
    let cuts = past.cuts.iter();
    let cuts = cuts.filter(|cut| holds(cut.from, cut.until, at));
    let lowered = cuts
        .filter_map(|cut| cut.cut.lowered(Money::new(usual, past.currency)))
        .fold(usual, |least, price| least.min(price.minor));
    holding()
        .filter(|price| price.source == PastSource::Flash)
        .map(|price| price.minor)
        .fold(lowered, i64::min)
}

/// When the reduction began that is in force; `None` without one.
fn reduced_since(steps: &[Step], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    if steps.last()?.is_reduced {
        let run = steps.iter().rev().take_while(|step| step.is_reduced);
        return run.last().map(|step| step.at);
    }
    let falls = steps
        .iter()
        .rev()
        .zip(steps.iter().rev().skip(1))
        .take_while(|(later, earlier)| {
            later.at > now - REFERENCE && earlier.minor.is_some() && earlier.minor >= later.minor
        })
        .filter(|(later, earlier)| earlier.minor > later.minor);
    falls.last().map(|(later, _)| later.at)
}

#[cfg(test)]
mod tests {
    use chrono::{DateTime, TimeDelta, Utc};
    use proptest::prelude::{Just, Strategy as _, any, prop_oneof, proptest};
    use uuid::Uuid;

    use super::{Past, PastCut, PastPrice, PastSource};
    use crate::money::{Currency, Money};
    use crate::percent::Percent;
    use crate::promotion::UnitCut;

    const OWN: PastSource = PastSource::Own;
    const FLASH: PastSource = PastSource::Flash;

    fn list(priority: i32) -> PastSource {
        PastSource::List {
            priority,
            list_id: Uuid::nil(),
        }
    }

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::UNIX_EPOCH + TimeDelta::days(day)
    }

    fn currency() -> Currency {
        Currency::parse("EUR").unwrap()
    }

    fn lowest_before_reduction(prices: &[PastPrice], now: DateTime<Utc>) -> Option<i64> {
        lowest(prices, &[], now)
    }

    fn lowest(prices: &[PastPrice], cuts: &[PastCut], now: DateTime<Utc>) -> Option<i64> {
        let currency = currency();
        super::lowest_before_reduction(
            Past {
                currency,
                prices,
                cuts,
            },
            now,
        )
    }

    /// Prices in force from a day on, before another; below 0 for no end.
    fn past(prices: &[(PastSource, i64, i64, i64)]) -> Vec<PastPrice> {
        let price = |(source, minor, from, until): &(PastSource, i64, i64, i64)| PastPrice {
            source: *source,
            minor: *minor,
            from: day(*from),
            until: (*until >= 0).then(|| day(*until)),
        };
        prices.iter().map(price).collect()
    }

    #[test]
    fn the_price_before_a_reduction_counts() {
        for (name, prices, expected) in [
            ("one price", vec![(OWN, 100, 0, -1)], Some(100)),
            ("none", vec![], None),
            ("not for sale any more", vec![(OWN, 100, 0, 90)], None),
            (
                "a fall",
                vec![(OWN, 100, 0, 90), (OWN, 80, 90, -1)],
                Some(100),
            ),
            (
                "two falls",
                vec![(OWN, 100, 0, 85), (OWN, 90, 85, 95), (OWN, 80, 95, -1)],
                Some(100),
            ),
            (
                "a fall long ago is the usual price",
                vec![(OWN, 100, 0, 70), (OWN, 80, 70, -1)],
                Some(80),
            ),
            (
                "a rise shows what it was",
                vec![(OWN, 60, 0, 90), (OWN, 90, 90, -1)],
                Some(60),
            ),
            (
                "a rise before a fall hides nothing",
                vec![(OWN, 60, 0, 80), (OWN, 100, 80, 95), (OWN, 70, 95, -1)],
                Some(60),
            ),
            (
                "a rise thirty days before it does",
                vec![(OWN, 60, 0, 60), (OWN, 100, 60, 95), (OWN, 70, 95, -1)],
                Some(100),
            ),
            (
                "a list that lasts",
                vec![(OWN, 100, 0, -1), (list(1), 70, 20, -1)],
                Some(100),
            ),
            (
                "a flash sale after another",
                vec![(OWN, 100, 0, -1), (FLASH, 60, 75, 80), (FLASH, 70, 95, -1)],
                Some(60),
            ),
            (
                "a flash sale that is over",
                vec![(OWN, 100, 0, -1), (FLASH, 60, 75, 80)],
                Some(60),
            ),
            (
                "a flash sale on top of a list is one reduction",
                vec![
                    (OWN, 100, 0, -1),
                    (list(1), 90, 80, -1),
                    (FLASH, 60, 95, -1),
                ],
                Some(100),
            ),
            (
                "a flash sale above the price is none",
                vec![(OWN, 100, 0, -1), (FLASH, 120, 95, -1)],
                Some(100),
            ),
            (
                "the first list counts, though it is dearer",
                vec![
                    (OWN, 100, 0, -1),
                    (list(1), 90, 60, 80),
                    (list(2), 10, 60, 80),
                ],
                Some(90),
            ),
            (
                "what was reduced from the start has no price before",
                vec![(OWN, 100, 90, -1), (list(1), 70, 90, -1)],
                Some(70),
            ),
            (
                "what begins later",
                vec![(OWN, 100, 0, -1), (FLASH, 1, 101, -1)],
                Some(100),
            ),
        ] {
            assert_eq!(
                lowest_before_reduction(&past(&prices), day(100)),
                expected,
                "{name}"
            );
        }
    }

    #[test]
    fn what_promotions_made_of_the_price_for_everybody_counts() {
        let half = UnitCut::Percent(Percent::parse("50").unwrap());
        let ten_off = UnitCut::Amount(Money::new(10, currency()));
        let own = (OWN, 100, 0, -1);
        for (name, prices, cuts, expected) in [
            ("one that runs", vec![own], vec![(half, 95, -1)], 100),
            ("one that is over", vec![own], vec![(half, 80, 90)], 50),
            (
                "one that was over long ago",
                vec![own],
                vec![(half, 50, 60)],
                100,
            ),
            (
                "one after another",
                vec![own],
                vec![(half, 75, 80), (ten_off, 95, -1)],
                50,
            ),
            (
                "two at once take the more",
                vec![own],
                vec![(half, 80, 90), (ten_off, 80, 90)],
                50,
            ),
            (
                "one that goes on from another is one reduction",
                vec![own],
                vec![(ten_off, 80, 95), (half, 95, -1)],
                100,
            ),
            (
                "on top of a list",
                vec![own, (list(1), 80, 20, -1)],
                vec![(half, 80, 90)],
                100,
            ),
            (
                "on top of a list that is over",
                vec![own, (list(1), 80, 80, 90)],
                vec![(half, 80, 90)],
                40,
            ),
            (
                "a flash sale lower still",
                vec![own, (FLASH, 30, 80, 90)],
                vec![(half, 80, 90)],
                30,
            ),
            (
                "a flash sale that is dearer",
                vec![own, (FLASH, 60, 80, 90)],
                vec![(half, 80, 90)],
                50,
            ),
            ("one to come", vec![own], vec![(half, 101, -1)], 100),
        ] {
            let cuts: Vec<PastCut> = cuts
                .into_iter()
                .map(|(cut, from, until)| PastCut {
                    cut,
                    from: day(from),
                    until: (until >= 0).then(|| day(until)),
                })
                .collect();
            assert_eq!(
                lowest(&past(&prices), &cuts, day(100)),
                Some(expected),
                "{name}"
            );
        }
    }

    proptest! {
        #[test]
        fn it_is_a_price_that_was(
            prices in proptest::collection::vec(
                (prop_oneof![Just(OWN), Just(FLASH), (0..3).prop_map(list)], 1_i64..9, 0_i64..120, -1_i64..120),
                0..12,
            ),
            later in any::<u8>(),
        ) {
            let past = past(&prices);
            let now = day(100);
            if let Some(lowest) = lowest_before_reduction(&past, now) {
                assert!(past.iter().any(|price| price.minor == lowest && price.from <= now));
            }
            let mut announced = past.clone();
            announced.push(PastPrice { source: FLASH, minor: 0, from: now + TimeDelta::days(i64::from(later) + 1), until: None });
            assert_eq!(
                lowest_before_reduction(&announced, now),
                lowest_before_reduction(&past, now),
                "what is to come does not count"
            );
        }
    }
}
