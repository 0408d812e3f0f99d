//! Tiers of membership: which one a member's merits reach, and until when it holds.
//!
//! What counts is money paid for goods in the twelve months before, or the points that were earned in them, as the shop's
//! ladder of tiers says. A tier is reached at once; it is lost only some days after the merits no longer reach it.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::text_enum;

/// How long merits count.
pub const WINDOW: Months = Months::new(12);

text_enum! {
    /// What lifts members from tier to tier.
    pub enum TierBasis {
        /// Money paid for goods.
        Spend = "SPEND",
        /// Points that rules gave, without what was taken back for returns. Spending points, their lapsing and corrections by
        /// staff change nothing.
        GrowthValue = "GROWTH_VALUE",
    }
}

text_enum! {
    /// Why a member changed tier.
    pub enum TierChangeReason {
        /// The merits reached it.
        Reached = "REACHED",
        /// The merits had not reached the former one for too long.
        Lapsed = "LAPSED",
        /// The former one is no longer in force.
        Retired = "RETIRED",
    }
}

/// A level of membership.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// Row of the tier.
    pub id: Uuid,
    /// Place among the tiers, 1 is lowest.
    pub rank: u32,
    /// Merits that reach it, by the basis of its ladder: minor units of the shop's currency, or points.
    pub threshold: i64,
    /// Days a member keeps it when the merits no longer do.
    pub grace_days: u32,
}

/// What one order, or one thing that earned points, counts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Merit {
    /// When it began to count.
    pub at: DateTime<Utc>,
    /// How much, without what went back; never negative.
    pub amount: i64,
}

/// Points that were earned, or taken back for a return.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Growth {
    /// The order behind it.
    pub order_id: Option<Uuid>,
    /// When.
    pub at: DateTime<Utc>,
    /// How many, negative when taken back.
    pub points: i64,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The tier; `None` below the first.
    pub tier_id: Option<Uuid>,
    /// Until when it holds if nothing more is added; `None` below the first.
    pub valid_until: Option<DateTime<Utc>>,
}

/// A tier's texts in one language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierText {
    /// Name to show.
    pub name: String,
    /// Benefits to show; those of the default language when empty.
    pub benefits: Vec<String>,
}

/// The ladder of tiers makes no sense.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LadderError {
    /// Two tiers in force have one rank.
    #[error("two tiers have rank {rank}")]
    SameRank {
        /// The rank.
        rank: u32,
    },
    /// A higher rank must need more.
    #[error("rank {rank} must need more than the rank below it")]
    NotRising {
        /// The rank that needs too little.
        rank: u32,
    },
    /// Tiers in force are reached by one thing, all of them.
    #[error("either all tiers in force have a `growthThreshold`, or none")]
    MixedBasis,
}

/// Tells by what the tiers in force are reached, given the growth value each needs, if it does.
///
/// # Errors
///
/// [`LadderError::MixedBasis`].
pub fn basis(growth_thresholds: &[Option<i64>]) -> Result<TierBasis, LadderError> {
    let by_growth = growth_thresholds.iter().flatten().count();
    if by_growth == 0 {
        Ok(TierBasis::Spend)
    } else if by_growth == growth_thresholds.len() {
        Ok(TierBasis::GrowthValue)
    } else {
        Err(LadderError::MixedBasis)
    }
}

/// Checks tiers in force and sorts them, lowest first.
///
/// # Errors
///
/// [`LadderError`] for the first rank at fault.
pub fn ladder(mut tiers: Vec<Tier>) -> Result<Vec<Tier>, LadderError> {
    tiers.sort_by_key(|tier| tier.rank);
    for (lower, higher) in tiers.iter().zip(tiers.iter().skip(1)) {
        if lower.rank == higher.rank {
            return Err(LadderError::SameRank { rank: higher.rank });
        }
        if higher.threshold <= lower.threshold {
            return Err(LadderError::NotRising { rank: higher.rank });
        }
    }
    Ok(tiers)
}

/// Adds up what counts at an instant.
#[must_use]
pub fn sum(merits: &[Merit], now: DateTime<Utc>) -> i64 {
    let counted = counted(merits, now);
    counted
        .iter()
        .fold(0, |sum, merit| merit.amount.saturating_add(sum))
}

/// Reads a member's earnings as merits: those of one order as one, which began to count when the order first earned, less
/// what was taken back for it, whenever that was.
#[must_use]
pub fn growth(entries: &[Growth]) -> Vec<Merit> {
    let mut merits: Vec<Merit> = Vec::new();
    let mut of_order: BTreeMap<Uuid, (Option<DateTime<Utc>>, i64)> = BTreeMap::new();
    for entry in entries {
        let Some(order_id) = entry.order_id else {
            merits.push(Merit {
                at: entry.at,
                amount: entry.points.max(0),
            });
            continue;
        };
        let (since, points) = of_order.entry(order_id).or_default();
        if entry.points > 0 {
            *since = Some(since.map_or(entry.at, |at| at.min(entry.at)));
        }
        *points = points.saturating_add(entry.points);
    }
    merits.extend(of_order.into_values().filter_map(|(since, points)| {
        Some(Merit {
            at: since?,
            amount: points.max(0),
        })
    }));
    merits
}

/// Says where a member stands, given where they stood. `tiers` are in force, lowest first.
#[must_use]
pub fn assess(tiers: &[Tier], merits: &[Merit], before: Standing, now: DateTime<Utc>) -> Standing {
    let counted = counted(merits, now);
    let sum = sum(&counted, now);
    let reached = tiers.iter().rposition(|tier| tier.threshold <= sum);
    let held = tiers
        .iter()
        .position(|tier| Some(tier.id) == before.tier_id);
    if held > reached
        && let Some(tier) = held.and_then(|place| tiers.get(place))
    {
        let latest = after_grace(tier, now);
        let until = before.valid_until.map_or(latest, |until| until.min(latest));
        if until > now {
            return Standing {
                tier_id: Some(tier.id),
                valid_until: Some(until),
            };
        }
    }
    let tier = reached.and_then(|place| tiers.get(place));
    Standing {
        tier_id: tier.map(|tier| tier.id),
        valid_until: tier.map(|tier| after_grace(tier, lost_at(tier, &counted, sum, now))),
    }
}

/// Says why a member changed from one tier to another; `None` when they did not. `tiers` are in force, lowest first.
#[must_use]
pub fn change(tiers: &[Tier], from: Option<Uuid>, to: Option<Uuid>) -> Option<TierChangeReason> {
    if from == to {
        return None;
    }
    let place = |id: Option<Uuid>| tiers.iter().position(|tier| Some(tier.id) == id);
    Some(match (place(from), place(to)) {
        (None, _) if from.is_some() => TierChangeReason::Retired,
        (from, to) if to > from => TierChangeReason::Reached,
        (_, _) => TierChangeReason::Lapsed,
    })
}

/// Gives the tier above one, and how much is missing to it. `tiers` are in force, lowest first.
#[must_use]
pub fn next(tiers: &[Tier], held: Option<Uuid>, sum: i64) -> Option<(Uuid, i64)> {
    let above = tiers
        .iter()
        .position(|tier| Some(tier.id) == held)
        .map_or(0, |place| place + 1);
    let tier = tiers.get(above)?;
    Some((tier.id, tier.threshold.saturating_sub(sum).max(0)))
}

/// Gives points under a tier's factor in thousandths; parts of a point do not count.
#[must_use]
pub fn multiplied(points: u64, thousandths: u32) -> u64 {
    let product = u128::from(points) * u128::from(thousandths) / 1_000;
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// What counts at an instant, oldest first.
fn counted(merits: &[Merit], now: DateTime<Utc>) -> Vec<Merit> {
    let mut counted: Vec<Merit> = merits
        .iter()
        .copied()
        .filter(|merit| merit.at <= now && now < end_of(merit))
        .collect();
    counted.sort_by_key(|merit| merit.at);
    counted
}

fn end_of(merit: &Merit) -> DateTime<Utc> {
    merit
        .at
        .checked_add_months(WINDOW)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn after_grace(tier: &Tier, from: DateTime<Utc>) -> DateTime<Utc> {
    from.checked_add_signed(TimeDelta::days(i64::from(tier.grace_days)))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// When the merits no longer reach the tier if nothing is added.
fn lost_at(tier: &Tier, counted: &[Merit], sum: i64, now: DateTime<Utc>) -> DateTime<Utc> {
    let mut left = sum;
    for merit in counted {
        left = left.saturating_sub(merit.amount);
        if left < tier.threshold {
            return end_of(merit);
        }
    }
    now
}

#[cfg(test)]
mod tests;
