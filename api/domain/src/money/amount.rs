//! Amounts and their arithmetic.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Serialize};

use super::Currency;
use crate::decimal_text::{DecimalTextError, parse_scaled, print_scaled};
use crate::percent::Percent;

const PPM: u64 = 1_000_000;

/// An amount in minor units, such as cents, of one currency. Whether net or gross is said where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Money {
    /// Amount in minor units; may be negative.
    pub minor: i64,
    /// Its currency.
    pub currency: Currency,
}

/// Why an amount cannot be computed or read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Beyond 64 bits of minor units.
    #[error("the amount is too large")]
    Overflow,
    /// Two currencies in one sum.
    #[error("amounts in {left} and {right} cannot be combined")]
    CurrencyMismatch {
        /// Currency of the left amount.
        left: Currency,
        /// Currency of the right amount.
        right: Currency,
    },
    /// Not a decimal number of the currency's precision.
    #[error(transparent)]
    Text(#[from] DecimalTextError),
    /// Something is to be shared out, but all weights are zero.
    #[error("an amount cannot be shared out over nothing")]
    NoWeights,
}

impl Money {
    /// Takes an amount in minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Gives nothing of a currency.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// Reads an amount in major units, such as `12.30`.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Text`]: no plain decimal, more decimals than the currency has, or too large.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        Ok(Self::new(
            parse_scaled(text, currency.exponent())?,
            currency,
        ))
    }

    /// Writes the amount in major units with all decimals of the currency, such as `12.30`.
    #[must_use]
    pub fn amount_text(self) -> String {
        print_scaled(self.minor, self.currency.exponent())
    }

    /// Whether it is nothing.
    #[must_use]
    pub const fn is_zero(self) -> bool {
        self.minor == 0
    }

    /// Whether it is more than nothing.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.minor > 0
    }

    /// Whether it is less than nothing.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.minor < 0
    }

    /// Adds.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::Overflow`].
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self
            .minor
            .checked_add(other.minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Subtracts.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::Overflow`].
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        let minor = self
            .minor
            .checked_sub(other.minor)
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Turns the sign.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`] for the most negative amount.
    pub fn negated(self) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_neg().ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Gives so many times the amount.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`].
    pub fn times(self, count: u32) -> Result<Self, MoneyError> {
        let minor = self
            .minor
            .checked_mul(i64::from(count))
            .ok_or(MoneyError::Overflow)?;
        Ok(Self::new(minor, self.currency))
    }

    /// Gives a percentage of the amount, rounded half away from zero.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`], which a percentage up to 100 cannot cause.
    pub fn percent(self, percent: Percent) -> Result<Self, MoneyError> {
        self.portion(u64::from(percent.ppm()), PPM)
    }

    /// Gives the part of a gross amount that is tax of this rate, rounded half away from zero: 19 of 119 at 19 %.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`], which a rate up to 100 % cannot cause.
    pub fn included_tax(self, rate: Percent) -> Result<Self, MoneyError> {
        let rate = u64::from(rate.ppm());
        self.portion(rate, PPM + rate)
    }

    /// Gives `numerator / denominator` of the amount, rounded half away from zero.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`], also for a denominator of zero.
    pub fn portion(self, numerator: u64, denominator: u64) -> Result<Self, MoneyError> {
        let exact = Decimal::from(self.minor)
            .checked_mul(Decimal::from(numerator))
            .and_then(|product| product.checked_div(Decimal::from(denominator)))
            .ok_or(MoneyError::Overflow)?;
        Self::round(exact, self.currency)
    }

    /// Rounds an exact amount of minor units half away from zero: the one rounding point of the shop.
    ///
    /// # Errors
    ///
    /// [`MoneyError::Overflow`] beyond 64 bits.
    pub fn round(exact_minor: Decimal, currency: Currency) -> Result<Self, MoneyError> {
        let whole = exact_minor.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
        let minor = i64::try_from(whole).map_err(|_too_large| MoneyError::Overflow)?;
        Ok(Self::new(minor, currency))
    }

    /// Gives the smaller of two amounts.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`].
    pub fn least(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        Ok(Self::new(self.minor.min(other.minor), self.currency))
    }

    /// Adds up amounts, none giving zero of `currency`.
    ///
    /// # Errors
    ///
    /// [`MoneyError::CurrencyMismatch`], [`MoneyError::Overflow`].
    pub fn sum(
        amounts: impl IntoIterator<Item = Self>,
        currency: Currency,
    ) -> Result<Self, MoneyError> {
        amounts
            .into_iter()
            .try_fold(Self::zero(currency), Self::plus)
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency {
            return Ok(());
        }
        Err(MoneyError::CurrencyMismatch {
            left: self.currency,
            right: other.currency,
        })
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.amount_text(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};
    use rust_decimal::Decimal;

    use super::{Money, MoneyError};
    use crate::decimal_text::DecimalTextError;
    use crate::money::Currency;
    use crate::percent::Percent;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn eur(text: &str) -> Money {
        Money::parse(text, currency("EUR")).unwrap()
    }

    #[test]
    fn texts_carry_the_decimals_of_the_currency() {
        assert_eq!(eur("12.3").amount_text(), "12.30");
        assert_eq!(
            Money::parse("500", currency("JPY")).unwrap().amount_text(),
            "500"
        );
        assert_eq!(
            Money::parse("1.5", currency("KWD")).unwrap().amount_text(),
            "1.500"
        );
        assert_eq!(
            Money::parse("1.5", currency("JPY")),
            Err(MoneyError::Text(DecimalTextError::TooPrecise {
                allowed: 0
            }))
        );
        assert_eq!(eur("-0.05").to_string(), "-0.05 EUR");
    }

    #[test]
    fn halves_are_rounded_away_from_zero() {
        let half = Percent::from_ppm(500_000).unwrap();
        assert_eq!(
            Money::new(5, currency("EUR")).percent(half).unwrap().minor,
            3
        );
        assert_eq!(
            Money::new(-5, currency("EUR")).percent(half).unwrap().minor,
            -3
        );
        assert_eq!(
            Money::new(4, currency("EUR")).percent(half).unwrap().minor,
            2
        );
        let third = Decimal::ONE / Decimal::from(3);
        assert_eq!(Money::round(third, currency("EUR")).unwrap().minor, 0);
    }

    #[test]
    fn tax_is_found_inside_a_gross_amount() {
        let rate = Percent::parse("19").unwrap();
        assert_eq!(eur("119.00").included_tax(rate).unwrap(), eur("19.00"));
        assert_eq!(eur("10.00").included_tax(rate).unwrap(), eur("1.60"));
        assert_eq!(
            eur("10.00").included_tax(Percent::ZERO).unwrap(),
            eur("0.00")
        );
    }

    #[test]
    fn sums_refuse_mixed_currencies_and_overflow() {
        let yen = Money::new(1, currency("JPY"));
        assert_eq!(
            eur("1.00").plus(yen),
            Err(MoneyError::CurrencyMismatch {
                left: currency("EUR"),
                right: currency("JPY")
            })
        );
        let most = Money::new(i64::MAX, currency("EUR"));
        let least = Money::new(i64::MIN, currency("EUR"));
        let one = Money::new(1, currency("EUR"));
        assert_eq!(most.plus(one), Err(MoneyError::Overflow));
        assert_eq!(least.minus(one), Err(MoneyError::Overflow));
        assert_eq!(least.negated(), Err(MoneyError::Overflow));
        assert_eq!(most.times(2), Err(MoneyError::Overflow));
        assert_eq!(most.portion(u64::MAX, 1), Err(MoneyError::Overflow));
        assert_eq!(most.portion(1, 0), Err(MoneyError::Overflow));
        assert_eq!(most.percent(Percent::HUNDRED), Ok(most));
        assert_eq!(least.percent(Percent::HUNDRED), Ok(least));
    }

    #[test]
    fn json_holds_minor_units_and_code() {
        let json = serde_json::to_string(&eur("12.30")).unwrap();
        assert_eq!(json, r#"{"minor":1230,"currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), eur("12.30"));
        assert!(serde_json::from_str::<Money>(r#"{"minor":1,"currency":"ZZZ"}"#).is_err());
    }

    proptest! {
        #[test]
        fn portions_never_panic(minor in any::<i64>(), numerator in any::<u64>(), denominator in any::<u64>()) {
            let _ = Money::new(minor, currency("EUR")).portion(numerator, denominator);
        }

        #[test]
        fn a_percentage_is_never_more_than_the_whole(minor in any::<i64>(), ppm in 0_u32..=1_000_000) {
            let part = Money::new(minor, currency("EUR")).percent(Percent::from_ppm(ppm).unwrap()).unwrap();
            assert!(part.minor.unsigned_abs() <= minor.unsigned_abs());
            let tax = Money::new(minor, currency("EUR")).included_tax(Percent::from_ppm(ppm).unwrap()).unwrap();
            assert!(tax.minor.unsigned_abs() <= minor.unsigned_abs().div_ceil(2));
        }
    }
}
