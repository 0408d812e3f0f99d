//! Tiers of membership: which one a member's spending reaches, and until when it holds.
//!
//! What counts is money paid for goods in the twelve months before. A tier is reached at once; it is lost only some days
//! after the spending no longer reaches it.

use chrono::{DateTime, Months, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::money::{Money, MoneyError};
use crate::text_enum;

/// How long spending counts.
pub const WINDOW: Months = Months::new(12);

text_enum! {
    /// Why a member changed tier.
    pub enum TierChangeReason {
        /// Spending reached it.
        Reached = "REACHED",
        /// Spending had not reached the former one for too long.
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
    /// Spending that reaches it.
    pub threshold: Money,
    /// Days a member keeps it when the spending no longer does.
    pub grace_days: u32,
}

/// Money spent on goods with one order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spending {
    /// When it began to count.
    pub at: DateTime<Utc>,
    /// How much, without what went back.
    pub amount: Money,
}

/// Where a member stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// The tier; `None` below the first.
    pub tier_id: Option<Uuid>,
    /// Until when it holds if nothing more is spent; `None` below the first.
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
    /// A higher rank must need more spending, in the same currency.
    #[error("rank {rank} must need more than the rank below it")]
    NotRising {
        /// The rank that needs too little.
        rank: u32,
    },
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
        let is_rising = higher
            .threshold
            .minus(lower.threshold)
            .is_ok_and(Money::is_positive);
        if !is_rising {
            return Err(LadderError::NotRising { rank: higher.rank });
        }
    }
    Ok(tiers)
}

/// Adds up what counts at an instant.
///
/// # Errors
///
/// [`MoneyError`]: spending in another currency than `zero`, or an overflow.
pub fn spent(spendings: &[Spending], zero: Money, now: DateTime<Utc>) -> Result<Money, MoneyError> {
    counted(spendings, now)
        .into_iter()
        .try_fold(zero, |sum, spending| sum.plus(spending.amount))
}

/// Says where a member stands, given where they stood. `tiers` are in force, lowest first.
///
/// # Errors
///
/// [`MoneyError`]: spending in another currency than the tiers, or an overflow.
pub fn assess(
    tiers: &[Tier],
    spendings: &[Spending],
    before: Standing,
    now: DateTime<Utc>,
) -> Result<Standing, MoneyError> {
    let Some(first) = tiers.first() else {
        return Ok(Standing::default());
    };
    let counted = counted(spendings, now);
    let spent = spent(&counted, Money::zero(first.threshold.currency), now)?;
    let reached = tiers
        .iter()
        .rposition(|tier| tier.threshold.minor <= spent.minor);
    let held = tiers
        .iter()
        .position(|tier| Some(tier.id) == before.tier_id);
    if held > reached
        && let Some(tier) = held.and_then(|place| tiers.get(place))
    {
        let latest = after_grace(tier, now);
        let until = before.valid_until.map_or(latest, |until| until.min(latest));
        if until > now {
            return Ok(Standing {
                tier_id: Some(tier.id),
                valid_until: Some(until),
            });
        }
    }
    let tier = reached.and_then(|place| tiers.get(place));
    Ok(Standing {
        tier_id: tier.map(|tier| tier.id),
        valid_until: tier
            .map(|tier| lost_at(tier, &counted, spent, now).map(|lost| after_grace(tier, lost)))
            .transpose()?,
    })
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

/// Gives the tier above one, and how much more has to be spent for it. `tiers` are in force, lowest first.
///
/// # Errors
///
/// [`MoneyError`]: spending in another currency than the tiers.
pub fn next(
    tiers: &[Tier],
    held: Option<Uuid>,
    spent: Money,
) -> Result<Option<(Uuid, Money)>, MoneyError> {
    let above = tiers
        .iter()
        .position(|tier| Some(tier.id) == held)
        .map_or(0, |place| place + 1);
    let Some(tier) = tiers.get(above) else {
        return Ok(None);
    };
    let missing = tier.threshold.minus(spent)?;
    let none = Money::zero(missing.currency);
    let missing = if missing.is_negative() { none } else { missing };
    Ok(Some((tier.id, missing)))
}

/// Gives points under a tier's factor in thousandths; parts of a point do not count.
#[must_use]
pub fn multiplied(points: u64, thousandths: u32) -> u64 {
    let product = u128::from(points) * u128::from(thousandths) / 1_000;
    u64::try_from(product).unwrap_or(u64::MAX)
}

/// What counts at an instant, oldest first.
fn counted(spendings: &[Spending], now: DateTime<Utc>) -> Vec<Spending> {
    let mut counted: Vec<Spending> = spendings
        .iter()
        .copied()
        .filter(|spending| spending.at <= now && now < end_of(spending))
        .collect();
    counted.sort_by_key(|spending| spending.at);
    counted
}

fn end_of(spending: &Spending) -> DateTime<Utc> {
    spending
        .at
        .checked_add_months(WINDOW)
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

fn after_grace(tier: &Tier, from: DateTime<Utc>) -> DateTime<Utc> {
    from.checked_add_signed(TimeDelta::days(i64::from(tier.grace_days)))
        .unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// When the spending no longer reaches the tier if nothing more is spent.
fn lost_at(
    tier: &Tier,
    counted: &[Spending],
    spent: Money,
    now: DateTime<Utc>,
) -> Result<DateTime<Utc>, MoneyError> {
    let mut left = spent;
    for spending in counted {
        left = left.minus(spending.amount)?;
        if left.minor < tier.threshold.minor {
            return Ok(end_of(spending));
        }
    }
    Ok(now)
}

#[cfg(test)]
mod tests;
