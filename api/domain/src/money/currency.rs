//! Currencies of ISO 4217.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency of ISO 4217 that has minor units (which excludes gold and the like).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Currency(iso_currency::Currency);

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

#[cfg(test)]
mod tests {
    use super::{Currency, UnknownCurrency};

    #[test]
    fn currencies_know_their_decimals() {
        for (code, exponent) in [("EUR", 2), ("JPY", 0), ("KWD", 3), ("CNY", 2)] {
            let currency = Currency::parse(code).unwrap();
            assert_eq!(currency.exponent(), exponent);
            assert_eq!(currency.to_string(), code);
        }
        for code in ["eur", "EU", "XXY", "XAU", ""] {
            assert_eq!(Currency::parse(code), Err(UnknownCurrency(code.to_owned())));
        }
    }
}
