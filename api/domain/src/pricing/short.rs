//! What is left of the goods, in short: found once for all ways in which the same happened to the same lines.
//!
//! Ways differ in few promotions, and most promotions are about few lines. Lines whose discounts hang together are one
//! block. Each block has a tree: a point of it says what is left of its lines, a move from one point to the next what
//! one reward does there. Ways that agree about a block share its points. Rewards on the whole order look only at the sum
//! of all lines, so that sharing them out can wait until somebody asks for a line.

use std::borrow::Cow;

use super::blocks::Blocks;
use super::candidate::Candidate;
use super::reward::{Offer, Wanted};
use super::sheet::{ByLine, Left, Step, weights};
use super::stretch::Stretch;
use crate::money::{Money, MoneyError, allocate};

/// What is left of the goods on one way.
pub(super) struct Short<'m, 'a> {
    known: &'m mut Blocks<'a>,
    /// The point of each block.
    at: Vec<usize>,
    /// What is left of all lines.
    all: Money,
    /// What was to be taken off all lines since, and what was.
    lumps: Vec<(Money, Money)>,
    /// What is left of each line, once somebody asked after a lump.
    by_line: Option<ByLine>,
    /// A stretch that is gone through candidate by candidate, with the points before it.
    learning: Option<(Stretch, Vec<usize>)>,
}

/// What a reward would take off.
pub(super) enum Shares {
    /// This of all lines.
    Lump(Money),
    /// So much of one block, which leads to this point.
    Move(usize, Money, usize),
    /// What the moves of its blocks say.
    Moves,
    /// This of each line.
    ByLine(Vec<Money>),
}

impl<'m, 'a> Short<'m, 'a> {
    /// Begins a way, with what is known from those before it.
    pub(super) fn new(known: &'m mut Blocks<'a>) -> Self {
        Self {
            at: known.start(),
            all: known.bill.subtotal,
            lumps: Vec::new(),
            by_line: None,
            learning: None,
            known,
        }
    }

    /// Gives what is left of each line, all lumps shared out.
    fn shared_out(&self) -> Result<Vec<Money>, MoneyError> {
        let mut left = self.known.left(&self.at);
        for (wanted, off) in &self.lumps {
            let mut shares = allocate(*wanted, &weights(&left))?;
            if off != wanted {
                shares = allocate(*off, &weights(&shares))?;
            }
            for (left, share) in left.iter_mut().zip(shares) {
                *left = left.minus(share)?;
            }
        }
        Ok(left)
    }

    /// Goes on line by line.
    fn part(&mut self) -> Result<&mut ByLine, MoneyError> {
        let by_line = match self.by_line.take() {
            Some(by_line) => by_line,
            None => ByLine::from(self.shared_out()?, self.all),
        };
        Ok(self.by_line.insert(by_line))
    }

    /// Takes off what candidates want that look only at the sum of all lines.
    fn take_lumps(
        &mut self,
        stretch: Stretch,
        candidates: &[Candidate<'_>],
    ) -> Result<(), MoneyError> {
        let bill = self.known.bill;
        let them = candidates.get(stretch.start..stretch.end);
        let offers = them.into_iter().flatten().flat_map(|it| it.offers(0, bill));
        for offer in offers {
            let Wanted::Shares(wanted) = offer.lump(self.all)? else {
                continue;
            };
            let off = wanted.least(self.all)?;
            if off.is_positive() {
                self.lumps.push((wanted, off));
                self.all = self.all.minus(off)?;
            }
        }
        Ok(())
    }
}

impl Left for Short<'_, '_> {
    type Shares = Shares;

    fn all(&self) -> Money {
        self.by_line.as_ref().map_or(self.all, Left::all)
    }

    fn by_line(&self) -> Result<Cow<'_, [Money]>, MoneyError> {
        match &self.by_line {
            Some(by_line) => by_line.by_line(),
            None => self.shared_out().map(Cow::Owned),
        }
    }

    fn wanted(&mut self, offer: &Offer<'_>) -> Result<Wanted<Shares>, MoneyError> {
        let by = (offer.place, offer.index);
        let Some(reach) = self.known.reach(by) else {
            return Ok(Wanted::Elsewhere);
        };
        if let Some(refusal) = reach.refusal {
            return Ok(Wanted::Refused(refusal));
        }
        if self.by_line.is_none() && reach.is_whole {
            return Ok(offer.lump(self.all)?.map(Shares::Lump));
        }
        if self.by_line.is_some() || !self.lumps.is_empty() {
            return Ok(self.part()?.wanted(offer)?.map(Shares::ByLine));
        }
        if let [block] = *reach.blocks {
            let point = self.known.point(block, &self.at);
            let known = point.and_then(|point| point.find(by));
            if let Some((off, next)) = known.and_then(|known| Some((known.off, known.next?))) {
                return Ok(Wanted::Shares(Shares::Move(block, off, next)));
            }
        }
        let mut blocks = reach.blocks.iter();
        let is_known = blocks.all(|block| self.known.off(*block, &self.at, by).is_some());
        if is_known && !reach.blocks.is_empty() {
            return Ok(Wanted::Shares(Shares::Moves));
        }
        Ok(self.known.learn(offer, &self.at)?.map(|()| Shares::Moves))
    }

    fn take(
        &mut self,
        offer: &Offer<'_>,
        shares: Shares,
        most: Money,
    ) -> Result<Money, MoneyError> {
        let nothing = Money::zero(self.all.currency);
        let by = (offer.place, offer.index);
        let wanted = match shares {
            Shares::ByLine(shares) => return self.part()?.take(offer, shares, most),
            Shares::Lump(wanted) => wanted,
            Shares::Move(block, off, next) if off.minor <= most.minor => {
                if let Some(at) = self.at.get_mut(block) {
                    *at = next;
                }
                self.all = self.all.minus(off)?;
                return Ok(off);
            }
            Shares::Move(_, off, _) => off,
            Shares::Moves => {
                let blocks = self.known.reach(by).into_iter();
                let blocks = blocks.flat_map(|reach| &reach.blocks);
                let offs = blocks.filter_map(|block| self.known.off(*block, &self.at, by));
                Money::sum(offs, self.all.currency)?
            }
        };
        let off = wanted.least(most)?;
        if !off.is_positive() {
            return Ok(nothing);
        }
        match shares {
            Shares::Moves | Shares::Move(..) => {
                let count = self.known.count(by);
                if off != wanted && count > 1 {
                    let by_line = self.part()?;
                    let Wanted::Shares(shares) = by_line.wanted(offer)? else {
                        return Ok(nothing);
                    };
                    return by_line.take(offer, shares, most);
                }
                let most = (off != wanted).then_some(off);
                for nth in 0..count {
                    let Some(block) = self.known.block(by, nth) else {
                        break;
                    };
                    let next = self.known.go(block, &self.at, by, most)?;
                    if let Some((at, next)) = self.at.get_mut(block).zip(next) {
                        *at = next;
                    }
                }
            }
            Shares::Lump(_) | Shares::ByLine(_) => self.lumps.push((wanted, off)),
        }
        self.all = self.all.minus(off)?;
        Ok(off)
    }

    fn leap(
        &mut self,
        place: usize,
        candidates: &[Candidate<'_>],
    ) -> Result<Option<usize>, MoneyError> {
        if let Some((stretch, before)) = self.learning.take_if(|(stretch, _)| stretch.end == place)
        {
            self.known.note_leap(stretch, &before, &self.at);
        }
        let stretch = self.known.stretches.get(&place).copied();
        let Some(stretch) = stretch.filter(|_| self.by_line.is_none()) else {
            return Ok(None);
        };
        if stretch.is_whole {
            self.take_lumps(stretch, candidates)?;
            return Ok(Some(stretch.end));
        }
        if !self.lumps.is_empty() {
            return Ok(None);
        }
        let Some(at) = self.known.leap(stretch, &self.at) else {
            self.learning = Some((stretch, self.at.clone()));
            return Ok(None);
        };
        self.at = at;
        self.all = self.known.sum(&self.at)?;
        Ok(Some(stretch.end))
    }

    fn pay(&mut self, discount: Money) -> Result<(), MoneyError> {
        let is_lump = discount.is_positive() && discount.minor <= self.all.minor;
        if self.by_line.is_none() && is_lump {
            self.lumps.push((discount, discount));
            self.all = self.all.minus(discount)?;
            return Ok(());
        }
        if discount.is_zero() {
            return Ok(());
        }
        self.part()?.pay(discount)
    }

    fn note(&mut self, _step: Step) {}
}
