//! How many promotions run in a channel at most: few enough that each price is found at once, and surely the best one.

use std::collections::BTreeMap;

/// Most promotions that run or are going to, in one channel.
pub const MAX_RUNNING: usize = 200;
/// Most ways to settle all groups that compete: of each group one promotion counts, or none.
pub const MAX_WAYS: usize = 256;

/// Why one more promotion cannot run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RoomError {
    /// As many run as may.
    #[error("at most {MAX_RUNNING} promotions run or are scheduled in a channel")]
    TooMany,
    /// The groups that compete could be settled in more ways than are all tried.
    #[error("the groups that compete could be settled in more than {MAX_WAYS} ways")]
    TooManyWays,
}

/// Counts the ways to settle contests with so many contenders each; `None` when they are countless.
#[must_use]
pub fn ways(mut contenders: impl Iterator<Item = usize>) -> Option<usize> {
    contenders.try_fold(1_usize, |ways, count| {
        ways.checked_mul(count.checked_add(1)?)
    })
}

/// Checks that promotions can run beside each other, given for each the group it competes in.
///
/// # Errors
///
/// [`RoomError`]: too many of them, or too many ways to settle their groups.
pub fn check_room<'a>(contests: impl Iterator<Item = Option<&'a str>>) -> Result<(), RoomError> {
    let mut running = 0_usize;
    let mut groups: BTreeMap<&str, usize> = BTreeMap::new();
    for contest in contests {
        running = running.saturating_add(1);
        if let Some(group) = contest {
            let contenders = groups.entry(group).or_default();
            *contenders = contenders.saturating_add(1);
        }
    }
    if running > MAX_RUNNING {
        return Err(RoomError::TooMany);
    }
    match ways(groups.into_values()) {
        Some(ways) if ways <= MAX_WAYS => Ok(()),
        Some(_) | None => Err(RoomError::TooManyWays),
    }
}

#[cfg(test)]
mod tests {
    use super::{MAX_RUNNING, RoomError, check_room, ways};

    /// So many promotions in each of some groups, and so many in none.
    fn check(groups: &[usize], others: usize) -> Result<(), RoomError> {
        let names: Vec<String> = (0..groups.len())
            .map(|place| format!("group {place}"))
            .collect();
        let grouped = names.iter().zip(groups);
        let grouped = grouped.flat_map(|(name, count)| vec![Some(name.as_str()); *count]);
        check_room(grouped.chain(vec![None; others]))
    }

    #[test]
    fn a_channel_has_room_for_so_many_promotions_and_ways() {
        for (groups, others, expected) in [
            (&[][..], 0, Ok(())),
            (&[], MAX_RUNNING, Ok(())),
            (&[], MAX_RUNNING + 1, Err(RoomError::TooMany)),
            (&[10, 5], MAX_RUNNING - 15, Ok(())),
            (&[10, 5], MAX_RUNNING - 14, Err(RoomError::TooMany)),
            // 16 × 16 ways, and 16 × 17.
            (&[15, 15], 0, Ok(())),
            (&[15, 16], 0, Err(RoomError::TooManyWays)),
            (&[1; 8], 100, Ok(())),
            (&[1; 9], 0, Err(RoomError::TooManyWays)),
            (&[1; 190], 0, Err(RoomError::TooManyWays)),
        ] {
            assert_eq!(check(groups, others), expected, "{groups:?} {others}");
        }
        assert_eq!(ways([usize::MAX].into_iter()), None);
    }
}
