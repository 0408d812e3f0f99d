//! Money: whole minor units of one currency. The only place where amounts are rounded or shared out.

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::decimal_text::{DecimalTextError, parse_scaled, print_scaled};
use crate::percent::Percent;

const PPM: u64 = 1_000_000;

/// A currency of ISO 4217 that has minor units (which excludes gold and the like).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

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

/// The text names no currency with minor units.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no currency of ISO 4217")]
pub struct UnknownCurrency(pub String);

impl Currency {
    /// Finds a currency by its code, such as `EUR`.
    ///
    /// # Errors
    ///
    /// [`UnknownCurrency`] for an unknown code, lower case, or a code without minor units such as `XAU`.
    pub fn parse(code: &str) -> Result<Self, UnknownCurrency> {
        iso_currency::Currency::from_code(code)
            .filter(|currency| currency.exponent().is_some())
            .map(Self)
            .ok_or_else(|| UnknownCurrency(code.to_owned()))
    }

    /// Gives the code, such as `EUR`.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// Gives the number of digits after the point: 2 for EUR, 0 for JPY, 3 for KWD.
    #[must_use]
    pub fn exponent(self) -> u32 {
        self.0.exponent().map_or(0, u32::from)
    }

    /// Gives the minor units of one major unit: 100 for EUR.
    #[must_use]
    pub fn minor_per_major(self) -> u64 {
        10_u64.saturating_pow(self.exponent())
    }
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

impl std::fmt::Display for Currency {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.code())
    }
}

impl std::fmt::Debug for Currency {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        Self::parse(&code).map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Display for Money {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {}", self.amount_text(), self.currency)
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::{any, prop_assume, proptest};
    use rust_decimal::Decimal;

    use super::{Currency, Money, MoneyError, Percent, UnknownCurrency, allocate};
    use crate::decimal_text::DecimalTextError;

    fn currency(code: &str) -> Currency {
        Currency::parse(code).unwrap()
    }

    fn eur(text: &str) -> Money {
        Money::parse(text, currency("EUR")).unwrap()
    }

    #[test]
    fn currencies_know_their_decimals() {
        for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CNY", 2)] {
            assert_eq!(currency(code).exponent(), exponent);
            assert_eq!(currency(code).to_string(), code);
        }
        for code in ["eur", "EU", "XXY", "XAU", ""] {
            assert_eq!(Currency::parse(code), Err(UnknownCurrency(code.to_owned())));
        }
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

    #[test]
    fn json_holds_minor_units_and_code() {
        let json = serde_json::to_string(&eur("12.30")).unwrap();
        assert_eq!(json, r#"{"minor":1230,"currency":"EUR"}"#);
        assert_eq!(serde_json::from_str::<Money>(&json).unwrap(), eur("12.30"));
        assert!(serde_json::from_str::<Money>(r#"{"minor":1,"currency":"ZZZ"}"#).is_err());
    }

    proptest! {
        #[test]
        fn shares_add_up_and_lie_within_one_unit_of_their_part(minor in any::<i64>(), weights in vec(any::<u64>(), 1..40)) {
            prop_assume!(weights.iter().any(|weight| *weight > 0));
            let shares = allocate(Money::new(minor, currency("EUR")), &weights).unwrap();
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
