//! Units of something: at least one, never absurdly many.

use std::num::NonZeroU32;

/// A number of units, from 1 to [`Quantity::MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(NonZeroU32);

/// The number is zero, negative or too large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a quantity lies between 1 and {max}, not {0}", max = Quantity::MAX)]
pub struct QuantityError(pub i64);

impl Quantity {
    /// Most units of one line.
    pub const MAX: u32 = 100_000;

    /// Takes a number from outside.
    ///
    /// # Errors
    ///
    /// [`QuantityError`] outside of 1 to [`Quantity::MAX`].
    pub fn try_new(units: impl Into<i64>) -> Result<Self, QuantityError> {
        let units = units.into();
        u32::try_from(units)
            .ok()
            .filter(|units| *units <= Self::MAX)
            .and_then(NonZeroU32::new)
            .map(Self)
            .ok_or(QuantityError(units))
    }

    /// Gives the number of units.
    #[must_use]
    pub fn get(self) -> u32 {
        self.0.get()
    }

    /// Gives the number of units as the database and the public schema hold it.
    #[must_use]
    pub fn to_i32(self) -> i32 {
        // `MAX` is far below the limit of `i32`.
        i32::try_from(self.0.get()).unwrap_or(i32::MAX)
    }

    /// Adds units.
    ///
    /// # Errors
    ///
    /// [`QuantityError`] beyond [`Quantity::MAX`].
    pub fn plus(self, other: Self) -> Result<Self, QuantityError> {
        Self::try_new(i64::from(self.get()) + i64::from(other.get()))
    }
}

impl std::fmt::Display for Quantity {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Quantity, QuantityError};

    #[test]
    fn only_sensible_numbers_are_quantities() {
        for units in [1_i64, 7, 100_000] {
            assert_eq!(i64::from(Quantity::try_new(units).unwrap().to_i32()), units);
        }
        for units in [0_i64, -1, 100_001, i64::MIN, i64::MAX] {
            assert_eq!(Quantity::try_new(units), Err(QuantityError(units)));
        }
    }

    #[test]
    fn a_sum_stays_within_the_limit() {
        let most = Quantity::try_new(100_000).unwrap();
        let one = Quantity::try_new(1).unwrap();
        assert_eq!(one.plus(one), Quantity::try_new(2));
        assert_eq!(most.plus(one), Err(QuantityError(100_001)));
    }
}
