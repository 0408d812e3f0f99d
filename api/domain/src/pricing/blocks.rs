//! The lines of a bill in blocks, and what was found about them on the ways gone through so far.

use std::collections::BTreeMap;

use super::candidate::Candidate;
use super::reward::{Offer, Spread, Wanted};
use super::sheet::{Bill, weights};
use super::stretch::{Stretch, stretches};
use crate::money::{Money, MoneyError, allocate};
use crate::promotion::Refusal;

/// Points all blocks may have before they are forgotten.
const MAX_POINTS: usize = 4_000;

/// The lines of a bill in blocks, with what was found about them.
pub(super) struct Blocks<'a> {
    pub(super) bill: &'a Bill<'a>,
    /// The block of each line and its place there.
    spots: Vec<Spot>,
    all: Vec<Block>,
    /// What each reward of each candidate reaches.
    reaches: Vec<Vec<Reach>>,
    /// Candidates that count together, by the place of the first.
    pub(super) stretches: BTreeMap<usize, Stretch>,
    points: usize,
}

#[derive(Clone, Copy)]
struct Spot {
    block: usize,
    place: usize,
}

/// Lines whose discounts hang together.
#[derive(Default)]
struct Block {
    /// Their places in the bill.
    lines: Vec<usize>,
    /// What can be left of them; the first before all discounts.
    points: Vec<Point>,
}

/// What is left of the lines of a block.
pub(super) struct Point {
    left: Vec<Money>,
    /// The sum of it.
    sum: Money,
    /// What rewards do here, by reward.
    moves: Vec<Move>,
    /// Where stretches lead from here, by the place of their first.
    leaps: Vec<(usize, usize)>,
}

/// What a reward does to the lines of a block at a point.
pub(super) struct Move {
    by: (usize, usize),
    /// What it takes off which lines, those it takes nothing off left out.
    shares: Vec<(usize, Money)>,
    /// The sum of it.
    pub(super) off: Money,
    /// Where that leads.
    pub(super) next: Option<usize>,
    /// Where it led when no more than so much could be taken.
    capped: Option<(Money, usize)>,
}

/// What a reward is about.
pub(super) struct Reach {
    /// Whether it needs to know nothing but the sum of all lines.
    pub(super) is_whole: bool,
    /// The blocks with its lines.
    pub(super) blocks: Vec<usize>,
    /// Why it never counts, once that is known.
    pub(super) refusal: Option<Refusal>,
}

impl<'a> Blocks<'a> {
    pub(super) fn new(bill: &'a Bill<'a>, candidates: &[Candidate<'_>]) -> Self {
        let mut roots: Vec<usize> = (0..bill.lines.len()).collect();
        for candidate in candidates {
            for offer in candidate.offers(0, bill) {
                let is_joint = match offer.spread() {
                    Spread::Apart => false,
                    Spread::Lump => !offer.scope.is_whole(bill),
                    Spread::Together => true,
                };
                if is_joint {
                    join(&mut roots, offer.scope.places());
                }
            }
        }
        let mut blocks: Vec<Block> = Vec::new();
        let mut named: Vec<Option<usize>> = vec![None; roots.len()];
        let mut spots = Vec::with_capacity(roots.len());
        for line in 0..roots.len() {
            let root = root(&roots, line);
            let known = named.get(root).copied().flatten();
            let block = known.unwrap_or(blocks.len());
            if known.is_none() {
                blocks.push(Block::default());
                if let Some(name) = named.get_mut(root) {
                    *name = Some(block);
                }
            }
            if let Some(own) = blocks.get_mut(block) {
                let place = own.lines.len();
                own.lines.push(line);
                spots.push(Spot { block, place });
            }
        }
        let reaches = candidates
            .iter()
            .map(|candidate| {
                let offers = candidate.offers(0, bill);
                offers.map(|offer| reach(&offer, &spots)).collect()
            })
            .collect();
        let mut known = Self {
            bill,
            spots,
            all: blocks,
            reaches,
            stretches: stretches(candidates, bill)
                .into_iter()
                .map(|stretch| (stretch.start, stretch))
                .collect(),
            points: 0,
        };
        known.forget();
        known
    }

    /// Gives the points a way begins at.
    pub(super) fn start(&mut self) -> Vec<usize> {
        if self.points > MAX_POINTS {
            self.forget();
        }
        vec![0; self.all.len()]
    }

    /// Forgets all points but the first.
    fn forget(&mut self) {
        self.points = 0;
        let currency = self.bill.currency;
        for block in &mut self.all {
            let lines = block.lines.iter();
            let left = lines.filter_map(|line| Some(self.bill.lines.get(*line)?.subtotal));
            let left: Vec<Money> = left.collect();
            block.points = vec![Point {
                // Part of the bill's own sum, which was found.
                sum: Money::new(left.iter().map(|left| left.minor).sum(), currency),
                left,
                moves: Vec::new(),
                leaps: Vec::new(),
            }];
        }
    }

    pub(super) fn reach(&self, by: (usize, usize)) -> Option<&Reach> {
        self.reaches.get(by.0)?.get(by.1)
    }

    /// Leaps over a stretch from these points, if it is known where that leads in all blocks.
    pub(super) fn leap(&self, stretch: Stretch, at: &[usize]) -> Option<Vec<usize>> {
        let next = |block: usize| {
            let leaps = &self.point(block, at)?.leaps;
            let leap = leaps.iter().find(|(start, _)| *start == stretch.start);
            leap.map(|(_, next)| *next)
        };
        (0..self.all.len()).map(next).collect()
    }

    /// Notes where a stretch led.
    pub(super) fn note_leap(&mut self, stretch: Stretch, before: &[usize], after: &[usize]) {
        for (block, next) in after.iter().enumerate() {
            if let Some(point) = self.point_mut(block, before) {
                let mut leaps = point.leaps.iter();
                if leaps.all(|(start, _)| *start != stretch.start) {
                    point.leaps.push((stretch.start, *next));
                }
            }
        }
    }

    /// Gives the sum of what is left at these points.
    pub(super) fn sum(&self, at: &[usize]) -> Result<Money, MoneyError> {
        let points = (0..self.all.len()).filter_map(|block| self.point(block, at));
        let sums = points.map(|point| point.sum);
        Money::sum(sums, self.bill.currency)
    }

    /// Gives the number of blocks a reward reaches.
    pub(super) fn count(&self, by: (usize, usize)) -> usize {
        self.reach(by).map_or(0, |reach| reach.blocks.len())
    }

    /// Gives one of the blocks a reward reaches.
    pub(super) fn block(&self, by: (usize, usize), nth: usize) -> Option<usize> {
        self.reach(by)?.blocks.get(nth).copied()
    }

    pub(super) fn point(&self, block: usize, at: &[usize]) -> Option<&Point> {
        self.all.get(block)?.points.get(*at.get(block)?)
    }

    fn point_mut(&mut self, block: usize, at: &[usize]) -> Option<&mut Point> {
        self.all.get_mut(block)?.points.get_mut(*at.get(block)?)
    }

    /// Gives what is left of each line at these points.
    pub(super) fn left(&self, at: &[usize]) -> Vec<Money> {
        let left = |spot: &Spot| {
            let point = self.point(spot.block, at)?;
            point.left.get(spot.place).copied()
        };
        self.spots.iter().filter_map(left).collect()
    }

    /// Learns what a reward does to its blocks at these points.
    pub(super) fn learn(
        &mut self,
        offer: &Offer<'_>,
        at: &[usize],
    ) -> Result<Wanted<()>, MoneyError> {
        let shares = match offer.wanted(&self.left(at))? {
            Wanted::Shares(shares) => shares,
            Wanted::Refused(refusal) => {
                let reaches = self.reaches.get_mut(offer.place);
                if let Some(reach) = reaches.and_then(|reaches| reaches.get_mut(offer.index)) {
                    reach.refusal = Some(refusal);
                }
                return Ok(Wanted::Refused(refusal));
            }
            Wanted::Elsewhere => return Ok(Wanted::Elsewhere),
        };
        let nothing = Money::zero(self.bill.currency);
        let by = (offer.place, offer.index);
        for nth in 0..self.count(by) {
            let Some(block) = self.block(by, nth) else {
                break;
            };
            let mut learned = Move {
                by,
                shares: Vec::new(),
                off: nothing,
                next: None,
                capped: None,
            };
            for (share, line) in shares.iter().zip(offer.scope.places()) {
                let Some(spot) = self.spots.get(line).filter(|spot| spot.block == block) else {
                    continue;
                };
                let point = self.point(block, at);
                let left = point.and_then(|point| point.left.get(spot.place));
                let share = share.least(left.copied().unwrap_or(nothing))?;
                if !share.is_zero() {
                    learned.off = learned.off.plus(share)?;
                    learned.shares.push((spot.place, share));
                }
            }
            if let Some(point) = self.point_mut(block, at) {
                let place = point.moves.binary_search_by_key(&by, |known| known.by);
                if let Err(place) = place {
                    point.moves.insert(place, learned);
                }
            }
        }
        Ok(Wanted::Shares(()))
    }

    /// Gives what a reward takes off a block at these points, if that is known.
    pub(super) fn off(&self, block: usize, at: &[usize], by: (usize, usize)) -> Option<Money> {
        Some(self.point(block, at)?.find(by)?.off)
    }

    /// Makes the move of a reward in a block, of `most` at most. Gives the point it leads to.
    pub(super) fn go(
        &mut self,
        block: usize,
        at: &[usize],
        by: (usize, usize),
        most: Option<Money>,
    ) -> Result<Option<usize>, MoneyError> {
        let Some(point) = self.point(block, at) else {
            return Ok(None);
        };
        let Some(known) = point.find(by) else {
            return Ok(None);
        };
        let next = match most {
            None => known.next,
            Some(most) => known
                .capped
                .filter(|(cap, _)| *cap == most)
                .map(|(_, next)| next),
        };
        if next.is_some() {
            return Ok(next);
        }
        let mut left = point.left.clone();
        let shares: Vec<Money> = known.shares.iter().map(|(_, share)| *share).collect();
        let shares = match most {
            None => shares,
            Some(most) => allocate(most, &weights(&shares))?,
        };
        for ((place, _), share) in known.shares.iter().zip(shares) {
            if let Some(left) = left.get_mut(*place) {
                *left = left.minus(share)?;
            }
        }
        let sum = point.sum.minus(most.unwrap_or(known.off))?;
        let Some(points) = self.all.get_mut(block).map(|block| &mut block.points) else {
            return Ok(None);
        };
        let next = points.len();
        points.push(Point {
            left,
            sum,
            moves: Vec::new(),
            leaps: Vec::new(),
        });
        self.points = self.points.saturating_add(1);
        let known = self
            .point_mut(block, at)
            .and_then(|point| point.find_mut(by));
        if let Some(known) = known {
            match most {
                None => known.next = Some(next),
                Some(most) => known.capped = Some((most, next)),
            }
        }
        Ok(Some(next))
    }
}

impl Point {
    pub(super) fn find(&self, by: (usize, usize)) -> Option<&Move> {
        let place = self.moves.binary_search_by_key(&by, |known| known.by);
        self.moves.get(place.ok()?)
    }

    fn find_mut(&mut self, by: (usize, usize)) -> Option<&mut Move> {
        let place = self.moves.binary_search_by_key(&by, |known| known.by);
        self.moves.get_mut(place.ok()?)
    }
}

fn reach(offer: &Offer<'_>, spots: &[Spot]) -> Reach {
    let spots = offer.scope.places().filter_map(|line| spots.get(line));
    let mut blocks: Vec<usize> = spots.map(|spot| spot.block).collect();
    blocks.sort_unstable();
    blocks.dedup();
    Reach {
        is_whole: offer.spread() == Spread::Lump && offer.scope.is_whole(offer.bill),
        blocks,
        refusal: None,
    }
}

/// Makes one set of all these lines.
fn join(roots: &mut [usize], mut lines: impl Iterator<Item = usize>) {
    let Some(first) = lines.next() else { return };
    let first = root(roots, first);
    for line in lines {
        let other = root(roots, line);
        if let Some(up) = roots.get_mut(other) {
            *up = first;
        }
    }
}

/// Finds the line a set of lines is named after.
fn root(roots: &[usize], line: usize) -> usize {
    let mut line = line;
    while let Some(up) = roots.get(line).filter(|up| **up != line) {
        line = *up;
    }
    line
}
