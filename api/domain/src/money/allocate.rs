//! Amounts shared out so that nothing is lost.

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
    let mut shares: Vec<(usize, u128, u128)> = weights
        .iter()
        .enumerate()
        .map(|(place, weight)| {
            let product = magnitude * u128::from(*weight);
            (place, product / total_weight, product % total_weight)
        })
        .collect();
    let left_over = magnitude - shares.iter().map(|(_, share, _)| share).sum::<u128>();
    shares.sort_by(|(left_place, _, left), (right_place, _, right)| {
        right.cmp(left).then(left_place.cmp(right_place))
    });
    let extra = usize::try_from(left_over).map_err(|_too_large| MoneyError::Overflow)?;
    for (_, share, _) in shares.iter_mut().take(extra) {
        *share += 1;
    }
    shares.sort_by_key(|(place, _, _)| *place);
    let is_negative = amount.is_negative();
    shares
        .into_iter()
        .map(|(_, share, _)| {
            let share = i128::try_from(share).map_err(|_too_large| MoneyError::Overflow)?;
            let minor = i64::try_from(if is_negative { -share } else { share });
            Ok(Money::new(
                minor.map_err(|_too_large| MoneyError::Overflow)?,
                amount.currency,
            ))
        })
        .collect()
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
