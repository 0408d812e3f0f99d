//! Amounts shared out so that nothing is lost.

use std::cmp::Reverse;

use super::{Money, MoneyError};

/// Shares an amount out by weight so that the shares add up to it exactly.
///
/// Each share is rounded towards zero; the minor units left over go to the largest remainders, the first of equals
/// first. The shares stand in the order of the weights, and none is larger than its part rounded up.
///
/// # Errors
///
/// [`MoneyError::NoWeights`] when there is something to share but every weight is zero.
pub fn allocate(amount: Money, weights: &[u64]) -> Result<Vec<Money>, MoneyError> {
    let total_weight: u128 = weights.iter().copied().map(u128::from).sum();
    if total_weight == 0 {
        if amount.is_zero() {
            return Ok(vec![amount; weights.len()]);
        }
        return Err(MoneyError::NoWeights);
    }
    let magnitude = u128::from(amount.minor.unsigned_abs());
    // 64 by 64 bits fit in 128, so that nothing below can overflow.
    let parts: Vec<(u128, u128)> = weights
        .iter()
        .map(|weight| part(magnitude * u128::from(*weight), total_weight))
        .collect();
    let left_over = magnitude - parts.iter().map(|(share, _)| share).sum::<u128>();
    let extra = usize::try_from(left_over).map_err(|_too_large| MoneyError::Overflow)?;
    let mut first = largest(extra, &parts).into_iter().peekable();
    let is_negative = amount.is_negative();
    parts
        .iter()
        .enumerate()
        .map(|(place, (share, _))| {
            let one_more = u128::from(first.next_if_eq(&place).is_some());
            let share =
                i128::try_from(share + one_more).map_err(|_too_large| MoneyError::Overflow)?;
            let minor = i64::try_from(if is_negative { -share } else { share });
            Ok(Money::new(
                minor.map_err(|_too_large| MoneyError::Overflow)?,
                amount.currency,
            ))
        })
        .collect()
}

/// Finds the places of so many largest remainders, the first of equals first, in the order of the places.
fn largest(count: usize, parts: &[(u128, u128)]) -> Vec<usize> {
    let Some(last) = count.checked_sub(1) else {
        return Vec::new();
    };
    let mut places: Vec<(Reverse<u128>, usize)> = parts
        .iter()
        .enumerate()
        .map(|(place, (_, remainder))| (Reverse(*remainder), place))
        .collect();
    if last < places.len() {
        places.select_nth_unstable(last);
        places.truncate(count);
    }
    let mut places: Vec<usize> = places.into_iter().map(|(_, place)| place).collect();
    places.sort_unstable();
    places
}

/// Divides with a remainder; usual amounts by the machine's own division, which is many times faster.
fn part(product: u128, total: u128) -> (u128, u128) {
    match (u64::try_from(product), u64::try_from(total)) {
        (Ok(product), Ok(total)) => ((product / total).into(), (product % total).into()),
        _ => (product / total, product % total),
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assume, proptest};

    use super::allocate;
    use crate::money::{Currency, Money, MoneyError};

    fn eur(text: &str) -> Money {
        Money::parse(text, Currency::parse("EUR").unwrap()).unwrap()
    }

    #[test]
    fn what_is_left_over_goes_to_the_largest_remainder_then_to_the_first() {
        assert_eq!(
            allocate(eur("10.00"), &[1, 1, 1]).unwrap(),
            [eur("3.34"), eur("3.33"), eur("3.33")]
        );
        assert_eq!(
            allocate(eur("-10.00"), &[1, 1, 1]).unwrap(),
            [eur("-3.34"), eur("-3.33"), eur("-3.33")]
        );
        assert_eq!(
            allocate(eur("0.05"), &[1, 0, 3]).unwrap(),
            [eur("0.01"), eur("0.00"), eur("0.04")]
        );
        assert_eq!(
            allocate(eur("0.02"), &[3, 3, 4]).unwrap(),
            [eur("0.01"), eur("0.00"), eur("0.01")]
        );
        assert_eq!(
            allocate(eur("0.00"), &[0, 0]).unwrap(),
            [eur("0.00"), eur("0.00")]
        );
        assert_eq!(allocate(eur("0.01"), &[0, 0]), Err(MoneyError::NoWeights));
        assert_eq!(allocate(eur("0.01"), &[]), Err(MoneyError::NoWeights));
    }

    proptest! {
        #[test]
        fn shares_add_up_and_lie_within_one_unit_of_their_part(minor in any::<i64>(), weights in vec(any::<u64>(), 1..40)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let shares = allocate(Money::new(minor, Currency::parse("EUR").unwrap()), &weights).unwrap();
            let sum: i128 = shares.iter().map(|share| i128::from(share.minor)).sum();
            assert_eq!(sum, i128::from(minor));
            let total: u128 = weights.iter().map(|weight| u128::from(*weight)).sum();
            for (share, weight) in shares.iter().zip(&weights) {
                let floor = u128::from(minor.unsigned_abs()) * u128::from(*weight) / total;
                let size = u128::from(share.minor.unsigned_abs());
                assert!(size == floor || size == floor + 1);
                assert!(share.minor == 0 || (share.minor < 0) == (minor < 0));
                assert!(*weight > 0 || share.minor == 0);
            }
        }
    }
}
