//! Portions of signed parts that add up.

use std::cmp::Reverse;

use crate::money::{Money, MoneyError};

/// Takes `count` of `of` equal portions of some parts, each `(amount, included)`.
///
/// The sum of what is not included is rounded down, and its parts go with it: each is its exact portion rounded down or
/// up, the largest remainders up. So no share is larger than its part, none has another sign, and the last portion is all
/// that is left.
pub(super) fn share(
    parts: &[(Money, bool)],
    count: u64,
    of: u64,
) -> Result<Vec<Money>, MoneyError> {
    let (count, of) = (i128::from(count), i128::from(of.max(1)));
    let (mut shares, mut added) = (Vec::new(), Vec::new());
    let mut whole = 0_i128;
    for (place, (amount, is_included)) in parts.iter().enumerate() {
        let minor = i128::from(amount.minor);
        shares.push((minor * count).div_euclid(of));
        if !is_included {
            whole += minor;
            added.push((place, (minor * count).rem_euclid(of)));
        }
    }
    // What the floors of the parts lack to the floor of their sum: less than one for each part with a remainder.
    let remainders: i128 = added.iter().map(|(_, remainder)| remainder).sum();
    let missing = (remainders - (whole * count).rem_euclid(of)).div_euclid(of);
    let missing = usize::try_from(missing).map_err(|_negative| MoneyError::Overflow)?;
    added.sort_by_key(|(_, remainder)| Reverse(*remainder));
    for (place, _) in added.into_iter().take(missing) {
        if let Some(share) = shares.get_mut(place) {
            *share += 1;
        }
    }
    parts
        .iter()
        .zip(shares)
        .map(|((amount, _), share)| {
            let minor = i64::try_from(share).map_err(|_too_large| MoneyError::Overflow)?;
            Ok(Money::new(minor, amount.currency))
        })
        .collect()
}
