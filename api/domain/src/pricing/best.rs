//! Which of the promotions that compete count: those that leave the buyer the least to pay.
//!
//! Of each group one promotion counts, or none. All ways to settle all groups are tried: the result is the best there is,
//! and one more promotion can only make it better. No channel gets more than [`MAX_WAYS`] of them, unless they ran before
//! there was that limit or one more is only tried; then the groups are settled one by one, again and again, until none
//! of them alone can be settled better.

use std::cmp::Reverse;

use super::blocks::Blocks;
use super::run::{Context, Run, State};
use super::sheet::ByLine;
use super::short::Short;
use crate::money::MoneyError;
use crate::promotion::{EvaluationReason, MAX_WAYS, Refusal, ways};

/// Times the groups are gone through when there are more ways.
const MAX_ROUNDS: usize = 4;

/// Places of the candidates of one group.
type Contest = Vec<usize>;

/// Goes through the stages in the way that is best for the buyer.
pub(super) fn settle(context: &Context<'_>) -> Result<Run, MoneyError> {
    let contests = contests(context);
    let mut chosen = vec![true; context.candidates.len()];
    if contests.is_empty() {
        return context.run(ByLine::new(context.bill), &chosen);
    }
    let mut search = Search {
        context,
        contests: &contests,
        known: Blocks::new(context.bill, context.candidates),
        chosen: chosen.clone(),
    };
    let ways = ways(contests.iter().map(Vec::len));
    let winners = if ways.is_some_and(|ways| ways <= MAX_WAYS) {
        search.all()?
    } else {
        search.one_by_one()?
    };
    choose(&mut chosen, &contests, &winners);
    let mut run = context.run(ByLine::new(context.bill), &chosen)?;
    for (contest, winner) in contests.iter().zip(&winners) {
        for loser in contest.iter().filter(|place| Some(**place) != *winner) {
            let refusal = search.why(&winners, contest, *winner, *loser, &run.states)?;
            if let Some(state) = run.states.get_mut(*loser) {
                state.refusal = Some(refusal);
            }
        }
    }
    Ok(run)
}

/// The groups with those of their candidates whose conditions hold, in the order of the first of each.
fn contests(context: &Context<'_>) -> Vec<Contest> {
    let mut contests: Vec<(&str, Contest)> = Vec::new();
    for (place, candidate) in context.candidates.iter().enumerate() {
        let Some(group) = candidate.contest().filter(|_| candidate.verdict.is_ok()) else {
            continue;
        };
        match contests.iter_mut().find(|(name, _)| *name == group) {
            Some((_, places)) => places.push(place),
            None => contests.push((group, vec![place])),
        }
    }
    contests.into_iter().map(|(_, contest)| contest).collect()
}

/// Who wins each contest; `None` for nobody.
type Winners = Vec<Option<usize>>;

/// How good a way is: what the buyer gives, then points earned. Less is better.
type Worth = (i128, Reverse<u64>);

struct Search<'a> {
    context: &'a Context<'a>,
    contests: &'a [Contest],
    known: Blocks<'a>,
    chosen: Vec<bool>,
}

impl Search<'_> {
    /// Tries every way; of equally good ones the first, in which earlier promotions win.
    fn all(&mut self) -> Result<Winners, MoneyError> {
        let mut winners: Winners = self
            .contests
            .iter()
            .map(|contest| contest.first().copied())
            .collect();
        let mut worth = self.worth(&winners)?;
        let mut best = winners.clone();
        while self.advance(&mut winners) {
            let other_worth = self.worth(&winners)?;
            if other_worth < worth {
                worth = other_worth;
                best.clone_from(&winners);
            }
        }
        Ok(best)
    }

    /// Settles each group given the others until that changes nothing.
    fn one_by_one(&mut self) -> Result<Winners, MoneyError> {
        let mut winners: Winners = vec![None; self.contests.len()];
        let mut worth = self.worth(&winners)?;
        for _ in 0..MAX_ROUNDS {
            let before = winners.clone();
            for (index, contest) in self.contests.iter().enumerate() {
                let options = contest.iter().copied().map(Some).chain([None]);
                for option in options {
                    let mut tried = winners.clone();
                    if let Some(slot) = tried.get_mut(index) {
                        *slot = option;
                    }
                    let other_worth = self.worth(&tried)?;
                    if other_worth < worth {
                        (worth, winners) = (other_worth, tried);
                    }
                }
            }
            if winners == before {
                break;
            }
        }
        Ok(winners)
    }

    /// Moves on to the next way, like a counter; `false` after the last.
    fn advance(&self, winners: &mut Winners) -> bool {
        for (contest, winner) in self.contests.iter().zip(winners.iter_mut()) {
            let Some(now) = *winner else {
                *winner = contest.first().copied();
                continue;
            };
            let place = contest.iter().position(|place| *place == now);
            *winner = place
                .and_then(|place| contest.get(place.saturating_add(1)))
                .copied();
            return true;
        }
        false
    }

    fn worth(&mut self, winners: &Winners) -> Result<Worth, MoneyError> {
        let run = self.go(winners)?;
        Ok((run.cost, Reverse(run.factor)))
    }

    /// Goes through the stages without writing anything down.
    fn go(&mut self, winners: &Winners) -> Result<Sketch, MoneyError> {
        choose(&mut self.chosen, self.contests, winners);
        let run = self
            .context
            .run(Short::new(&mut self.known), &self.chosen)?;
        Ok(Sketch {
            cost: self.context.cost(&run)?,
            factor: run.factor,
            states: run.states,
        })
    }

    /// Why a candidate does not count: another of its group does, or else what would keep it in the winner's place.
    fn why(
        &mut self,
        winners: &Winners,
        contest: &Contest,
        winner: Option<usize>,
        loser: usize,
        states: &[State],
    ) -> Result<Refusal, MoneyError> {
        let counts = winner
            .and_then(|winner| Some((winner, states.get(winner)?)))
            .filter(|(_, state)| state.counts || state.waits);
        if let Some((winner, _)) = counts {
            let promotion = self.context.candidates.get(winner);
            let id = promotion.and_then(|candidate| Some(candidate.promotion?.id));
            return Ok(Refusal::lost(EvaluationReason::BetterInGroup, id));
        }
        let mut instead = winners.clone();
        for (other, slot) in self.contests.iter().zip(instead.iter_mut()) {
            if other == contest {
                *slot = Some(loser);
            }
        }
        let sketch = self.go(&instead)?;
        Ok(match sketch.states.get(loser) {
            Some(state) if !state.counts && !state.waits => state
                .refusal
                .unwrap_or_else(|| EvaluationReason::MinPayableReached.into()),
            Some(_) | None => EvaluationReason::BetterInGroup.into(),
        })
    }
}

/// Where a way led, in short.
struct Sketch {
    cost: i128,
    factor: u64,
    states: Vec<State>,
}

/// Chooses of each contest its winner alone.
fn choose(chosen: &mut [bool], contests: &[Contest], winners: &Winners) {
    for (contest, winner) in contests.iter().zip(winners) {
        for place in contest {
            if let Some(is_chosen) = chosen.get_mut(*place) {
                *is_chosen = Some(*place) == *winner;
            }
        }
    }
}
