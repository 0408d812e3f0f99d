//! Percentages, kept as parts per million so that they are exact.

use serde::{Deserialize, Serialize};

use crate::decimal_text::{DecimalTextError, parse_scaled, print_shortest};

/// Digits after the point of a percentage: one part per million is 0.0001 %.
const SCALE: u32 = 4;

/// A percentage from 0 to 100 with up to four decimals.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(try_from = "u32", into = "u32")]
pub struct Percent(u32);

/// Why a text or number is no percentage.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PercentError {
    /// Not a decimal number with up to four decimals.
    #[error(transparent)]
    Text(#[from] DecimalTextError),
    /// Below 0 or above 100.
    #[error("a percentage lies between 0 and 100")]
    OutOfRange,
}

impl Percent {
    /// The whole: 100 %.
    pub const HUNDRED: Self = Self(1_000_000);
    /// Nothing: 0 %.
    pub const ZERO: Self = Self(0);

    /// Takes parts per million: 75000 is 7.5 %.
    ///
    /// # Errors
    ///
    /// [`PercentError::OutOfRange`] above one million.
    pub fn from_ppm(ppm: u32) -> Result<Self, PercentError> {
        if ppm > Self::HUNDRED.0 {
            return Err(PercentError::OutOfRange);
        }
        Ok(Self(ppm))
    }

    /// Reads a text such as `7.5`.
    ///
    /// # Errors
    ///
    /// [`PercentError`]: no number, more than four decimals, or outside of 0 to 100.
    pub fn parse(text: &str) -> Result<Self, PercentError> {
        let ppm = parse_scaled(text, SCALE)?;
        Self::from_ppm(u32::try_from(ppm).map_err(|_out_of_range| PercentError::OutOfRange)?)
    }

    /// Gives parts per million.
    #[must_use]
    pub fn ppm(self) -> u32 {
        self.0
    }

    /// Whether it is 0 %.
    #[must_use]
    pub fn is_zero(self) -> bool {
        self.0 == 0
    }
}

impl std::fmt::Display for Percent {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&print_shortest(i64::from(self.0), SCALE))
    }
}

impl TryFrom<u32> for Percent {
    type Error = PercentError;

    fn try_from(ppm: u32) -> Result<Self, Self::Error> {
        Self::from_ppm(ppm)
    }
}

impl From<Percent> for u32 {
    fn from(percent: Percent) -> Self {
        percent.0
    }
}

#[cfg(test)]
mod tests {
    use super::{DecimalTextError, Percent, PercentError};

    #[test]
    fn texts_are_exact() {
        for (text, ppm) in [
            ("0", 0),
            ("7.5", 75_000),
            ("19", 190_000),
            ("0.0001", 1),
            ("100", 1_000_000),
        ] {
            let percent = Percent::parse(text).unwrap();
            assert_eq!(percent.ppm(), ppm);
            assert_eq!(percent.to_string(), text);
        }
    }

    #[test]
    fn what_is_no_percentage_is_refused() {
        assert_eq!(Percent::parse("100.0001"), Err(PercentError::OutOfRange));
        assert_eq!(Percent::parse("-1"), Err(PercentError::OutOfRange));
        assert_eq!(
            Percent::parse("1.00001"),
            Err(PercentError::Text(DecimalTextError::TooPrecise {
                allowed: 4
            }))
        );
        assert_eq!(
            Percent::parse("ten"),
            Err(PercentError::Text(DecimalTextError::Malformed))
        );
        assert!(serde_json::from_str::<Percent>("1000001").is_err());
    }
}
