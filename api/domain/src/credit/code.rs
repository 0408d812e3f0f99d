//! Codes of gift cards: whoever knows one can spend the money, so they are long, and stored as digests only.

use crate::coupon::check_symbol;

/// Random characters of a code: 75 bits, so that not even a stolen digest can be tried through.
const RANDOM: usize = 15;
/// Characters printed without a break.
const GROUP: usize = 4;

/// The code of a gift card in the one spelling that is digested.
#[derive(Clone, PartialEq, Eq)]
pub struct GiftCardCode(String);

/// The text can be no code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no gift card has this code")]
pub struct InvalidGiftCardCode;

impl GiftCardCode {
    /// Makes a code of random bits, with a last character that shows typos.
    #[must_use]
    pub fn generated(random: u128) -> Self {
        let encoded = crate::id::encode(random).to_ascii_uppercase();
        let body: String = encoded.chars().rev().take(RANDOM).collect();
        let check = check_symbol(&body);
        Self(format!("{body}{check}"))
    }

    /// Reads a code as people type it: in any case, with blanks and dashes anywhere, `O` for zero, `I` or `L` for one.
    ///
    /// # Errors
    ///
    /// [`InvalidGiftCardCode`] for a text of another length, and for one mistyped.
    pub fn parse(text: &str) -> Result<Self, InvalidGiftCardCode> {
        let is_kept = |letter: &char| !letter.is_whitespace() && *letter != '-';
        let code: String = text.chars().filter(is_kept).map(plain).collect();
        let body: String = code.chars().take(RANDOM).collect();
        let is_code =
            code.is_ascii() && code.len() == RANDOM + 1 && code.ends_with(check_symbol(&body));
        if is_code {
            Ok(Self(code))
        } else {
            Err(InvalidGiftCardCode)
        }
    }

    /// Gives the code as it is digested.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Gives the code as it is printed, such as `ABCD-EFGH-JKMN-PQRS`.
    #[must_use]
    pub fn printed(&self) -> String {
        let letters = self.0.chars().enumerate();
        letters.fold(String::new(), |mut text, (place, letter)| {
            if place > 0 && place % GROUP == 0 {
                text.push('-');
            }
            text.push(letter);
            text
        })
    }

    /// Gives the end of the code, by which people tell cards apart.
    #[must_use]
    pub fn last_characters(&self) -> String {
        self.0.chars().skip(RANDOM + 1 - GROUP).collect()
    }
}

/// A code must not get into a log.
impl std::fmt::Debug for GiftCardCode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "GiftCardCode(…{})", self.last_characters())
    }
}

fn plain(letter: char) -> char {
    match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{any, proptest};

    use super::{GiftCardCode, InvalidGiftCardCode};

    #[test]
    fn a_code_is_read_as_people_type_it() {
        let code = GiftCardCode::generated(0x0123_4567_89ab_cdef_0123);
        let printed = code.printed();
        assert_eq!(printed.len(), 19);
        assert!(printed.ends_with(&format!("-{}", code.last_characters())));
        let typed = printed
            .to_lowercase()
            .replace('-', " ")
            .replace('0', "o")
            .replace('1', "l");
        assert_eq!(GiftCardCode::parse(&typed), Ok(code.clone()));
        assert_eq!(
            format!("{code:?}"),
            format!("GiftCardCode(…{})", code.last_characters())
        );
        for wrong in ["", "ABCD", &format!("{printed}A"), "ÄBCD-EFGH-JKMN-PQRS"] {
            assert_eq!(
                GiftCardCode::parse(wrong),
                Err(InvalidGiftCardCode),
                "{wrong}"
            );
        }
    }

    proptest! {
        #[test]
        fn codes_read_back_and_one_mistyped_character_shows(random in any::<u128>(), place in 0_usize..15) {
            let code = GiftCardCode::generated(random);
            assert_eq!(GiftCardCode::parse(&code.printed()), Ok(code.clone()));
            let mistyped: String = code
                .as_str()
                .chars()
                .enumerate()
                .map(|(at, letter)| match (at == place, letter) {
                    (true, 'A') => 'B',
                    (true, _) => 'A',
                    (false, letter) => letter,
                })
                .collect();
            assert_eq!(GiftCardCode::parse(&mistyped), Err(InvalidGiftCardCode));
        }
    }
}
