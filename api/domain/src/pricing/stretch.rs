//! Candidates that follow each other and count whatever else does.

use super::candidate::Candidate;
use super::reward::Spread;
use super::sheet::Bill;
use crate::promotion::Reward;

/// Candidates that all count, or never, on every way, and limit nothing: what they do to a line hangs on nothing but what
/// is left of its block, or on the sum of all lines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Stretch {
    /// Place of the first.
    pub(super) start: usize,
    /// The place after the last.
    pub(super) end: usize,
    /// Whether they look at the sum of all lines, and not at lines.
    pub(super) is_whole: bool,
}

/// Finds the stretches, the first first. There are none where a promotion asks what else counts.
pub(super) fn stretches(candidates: &[Candidate<'_>], bill: &Bill<'_>) -> Vec<Stretch> {
    let mut viable = candidates.iter().filter(|it| it.verdict.is_ok());
    if viable.any(|candidate| !candidate.tolerates_all) {
        return Vec::new();
    }
    let mut stretches = Vec::new();
    let mut open: Option<Stretch> = None;
    for (place, candidate) in candidates.iter().enumerate() {
        let end = place.saturating_add(1);
        if candidate.verdict.is_err() {
            open = open.map(|stretch| Stretch { end, ..stretch });
            continue;
        }
        let kind = kind(candidate, bill);
        open = match (open, kind) {
            (Some(stretch), Some(is_whole)) if stretch.is_whole == is_whole => {
                Some(Stretch { end, ..stretch })
            }
            (before, kind) => {
                stretches.extend(before);
                kind.map(|is_whole| Stretch {
                    start: place,
                    end,
                    is_whole,
                })
            }
        };
        let is_limit = candidate.promotion.is_some_and(|promotion| {
            promotion.combination.is_exclusive || promotion.min_payable.is_some()
        });
        if is_limit {
            break;
        }
    }
    stretches.extend(open);
    stretches
}

/// Whether a candidate looks at the sum of all lines, and not at lines; `None` when it does neither alone, is chosen from
/// others, or limits what it or others take.
fn kind(candidate: &Candidate<'_>, bill: &Bill<'_>) -> Option<bool> {
    let promotion = candidate.promotion?;
    let limits = [
        promotion.max_discount,
        promotion.min_payable,
        promotion.budget_left,
    ];
    let is_free = candidate.contest().is_none()
        && !candidate.is_on_shipping
        && !promotion.combination.is_exclusive
        && limits.iter().all(Option::is_none);
    if !is_free {
        return None;
    }
    let is_other =
        |reward: &Reward| matches!(reward, Reward::PointsMultiplier(_) | Reward::Gift(_));
    if promotion.rewards.iter().any(is_other) {
        return None;
    }
    let mut wholes = candidate
        .offers(0, bill)
        .map(|offer| offer.spread() == Spread::Lump && offer.scope.is_whole(bill));
    let first = wholes.next()?;
    wholes.all(|is_whole| is_whole == first).then_some(first)
}
