//! Stripe counts in units of its own: mostly the currency's minor unit, sometimes not.

use domain::Money;
use domain::money::Currency;

/// Currencies that Stripe counts in whole units. It counts ISK and UGX in hundredths, although they have none.
const WHOLE: [&str; 15] = [
    "BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA", "PYG", "RWF", "VND", "VUV", "XAF",
    "XOF", "XPF",
];
/// Currencies that Stripe counts in thousandths, of which the last digit must be zero.
const THOUSANDTHS: [&str; 5] = ["BHD", "JOD", "KWD", "OMR", "TND"];

/// An amount as Stripe counts it; `None` when it cannot be said to Stripe exactly.
pub(super) fn to_stripe(amount: Money) -> Option<i64> {
    let units = scaled(
        amount.minor,
        amount.currency.exponent(),
        exponent(amount.currency),
    )?;
    let is_fine = match exponent(amount.currency) {
        3 => units % 10 == 0,
        // What has no hundredths is counted in them, but still has none.
        2 if amount.currency.exponent() == 0 => units % 100 == 0,
        _ => true,
    };
    is_fine.then_some(units)
}

/// An amount that Stripe told; `None` when the shop cannot hold it exactly.
pub(super) fn from_stripe(units: i64, currency: Currency) -> Option<Money> {
    let minor = scaled(units, exponent(currency), currency.exponent())?;
    Some(Money::new(minor, currency))
}

fn exponent(currency: Currency) -> u32 {
    if WHOLE.contains(&currency.code()) {
        0
    } else if THOUSANDTHS.contains(&currency.code()) {
        3
    } else {
        2
    }
}

fn scaled(units: i64, from: u32, to: u32) -> Option<i64> {
    let factor = 10_i64.checked_pow(from.abs_diff(to))?;
    if to >= from {
        units.checked_mul(factor)
    } else if units % factor == 0 {
        units.checked_div(factor)
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_in_stripes_units_and_come_back_unchanged() {
        for (code, minor, units) in [
            ("EUR", 1490, 1490),
            ("JPY", 500, 500),
            ("KRW", 12_000, 12_000),
            ("ISK", 5, 500),
            ("UGX", 5, 500),
            ("MGA", 500, 5),
            ("KWD", 5120, 5120),
        ] {
            let currency = Currency::parse(code).unwrap();
            let money = Money::new(minor, currency);
            assert_eq!(to_stripe(money), Some(units), "{code}");
            assert_eq!(from_stripe(units, currency), Some(money), "{code}");
        }
    }

    #[test]
    fn what_stripe_cannot_charge_exactly_is_not_rounded() {
        for (code, minor) in [
            ("MGA", 550),
            ("KWD", 5123),
            ("EUR", i64::MAX),
            ("ISK", i64::MAX),
        ] {
            let money = Money::new(minor, Currency::parse(code).unwrap());
            let expected = (code == "EUR").then_some(i64::MAX);
            assert_eq!(to_stripe(money), expected, "{code}");
        }
        let isk = Currency::parse("ISK").unwrap();
        assert_eq!(from_stripe(550, isk), None);
    }
}
