//! Codes made in series: a start of the shop's choice, random characters nobody can guess, and one that shows typos.

use super::{CouponCode, is_allowed};

/// Most characters of a start.
pub const MAX_PREFIX: usize = 20;
/// Most codes of one series.
pub const MAX_SERIES: i32 = 100_000;

/// Crockford's base32: nothing that is easily taken for something else.
const SYMBOLS: &str = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Start of every code of a series; may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CodePrefix(String);

/// The text can start no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a start has at most {MAX_PREFIX} letters, digits, dashes or underscores")]
pub struct InvalidPrefix;

impl CodePrefix {
    /// Reads a start in any case.
    ///
    /// # Errors
    ///
    /// [`InvalidPrefix`]: too long, or with characters no code has.
    pub fn parse(text: &str) -> Result<Self, InvalidPrefix> {
        let prefix = text.trim().to_ascii_uppercase();
        if prefix.chars().count() <= MAX_PREFIX && prefix.chars().all(is_allowed) {
            Ok(Self(prefix))
        } else {
            Err(InvalidPrefix)
        }
    }

    /// Gives the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Makes a code of the series: the start, 60 random bits, and a check character over these.
    #[must_use]
    pub fn code(&self, random: u64) -> CouponCode {
        let body = CouponCode::generated(random);
        let check = check_symbol(body.as_str());
        CouponCode(format!("{}{body}{check}", self.0))
    }
}

/// Luhn's check over 32 symbols: it differs for any one character mistyped.
pub(crate) fn check_symbol(body: &str) -> char {
    let mut sum = 0;
    for (place, character) in body.chars().rev().enumerate() {
        let value = SYMBOLS
            .chars()
            .position(|symbol| symbol == character)
            .unwrap_or_default();
        let weighted = if place % 2 == 0 { 2 * value } else { value };
        sum += weighted / 32 + weighted % 32;
    }
    SYMBOLS
        .chars()
        .nth((32 - sum % 32) % 32)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{CodePrefix, CouponCode, InvalidPrefix, SYMBOLS, check_symbol};

    #[test]
    fn a_start_is_part_of_a_code() {
        let prefix = CodePrefix::parse(" summer- ").unwrap();
        assert_eq!(prefix.as_str(), "SUMMER-");
        assert_eq!(prefix.code(0).as_str(), "SUMMER-0000000000000");
        assert_eq!(CodePrefix::parse("").unwrap(), CodePrefix::default());
        for text in ["a b", "=1", &"A".repeat(21)] {
            assert_eq!(CodePrefix::parse(text), Err(InvalidPrefix), "{text}");
        }
    }

    proptest! {
        #[test]
        fn codes_of_a_series_are_codes(random in any::<u64>()) {
            let code = CodePrefix::parse(&"A".repeat(20)).unwrap().code(random);
            assert_eq!(code.as_str().len(), 33);
            assert_eq!(CouponCode::parse(code.as_str()), Ok(code));
        }

        #[test]
        fn one_mistyped_character_shows(random in any::<u64>(), place in 0_usize..12, other in 0_usize..32) {
            let body = CouponCode::generated(random);
            let mut mistyped: Vec<char> = body.as_str().chars().collect();
            mistyped[place] = SYMBOLS.chars().nth(other).unwrap();
            let mistyped: String = mistyped.into_iter().collect();
            let is_same = mistyped == body.as_str();
            assert_eq!(check_symbol(&mistyped) == check_symbol(body.as_str()), is_same);
        }
    }
}
