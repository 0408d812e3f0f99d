//! Slugs: the readable part of a page's address.

use serde::{Deserialize, Serialize};

/// Longest slug made from a title; a few characters are left for a suffix.
const MAX_MADE: usize = 100;
/// Longest slug.
pub const MAX_LENGTH: usize = 120;

/// Lower-case ASCII letters and digits in words joined by single dashes, such as `blue-shirt-2`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// The text is no slug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "a slug has 1 to {MAX_LENGTH} lower-case letters and digits, in words joined by single dashes"
)]
pub struct InvalidSlug;

impl Slug {
    /// Takes a slug somebody chose, as it is.
    ///
    /// # Errors
    ///
    /// [`InvalidSlug`] when it is empty, too long, or holds anything but words joined by single dashes.
    pub fn parse(text: &str) -> Result<Self, InvalidSlug> {
        let is_slug = text.len() <= MAX_LENGTH
            && text.split('-').all(|word| {
                !word.is_empty()
                    && word
                        .bytes()
                        .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
            });
        if is_slug {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidSlug)
        }
    }

    /// Makes a slug from a title that is already transliterated; what is no ASCII letter or digit parts words.
    ///
    /// `None` when nothing is left.
    #[must_use]
    pub fn from_ascii(title: &str) -> Option<Self> {
        let lower = title.to_ascii_lowercase();
        let mut slug = String::new();
        let words = lower
            .split(|character: char| !character.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty());
        for word in words {
            if slug.is_empty() {
                slug.extend(word.chars().take(MAX_MADE));
            } else if slug.len() + 1 + word.len() <= MAX_MADE {
                slug.push('-');
                slug.push_str(word);
            } else {
                break;
            }
        }
        (!slug.is_empty()).then_some(Self(slug))
    }

    /// Gives the first of the slug, `slug-2`, `slug-3` … that is free.
    #[must_use]
    pub fn first_free(&self, mut is_taken: impl FnMut(&str) -> bool) -> Self {
        let mut candidate = self.clone();
        let mut number = 2_u32;
        while is_taken(&candidate.0) {
            candidate = self.numbered(number);
            number = number.saturating_add(1);
        }
        candidate
    }

    /// Gives the slug with a number behind it, shortened where it would get too long.
    #[must_use]
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let head: String = self.0.chars().take(MAX_LENGTH - suffix.len()).collect();
        Self(format!("{}{suffix}", head.trim_end_matches('-')))
    }

    /// Gives the text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Display for Slug {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Slug {
    type Error = InvalidSlug;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::parse(&text)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::proptest;

    use super::{InvalidSlug, Slug};

    #[test]
    fn titles_become_words_joined_by_dashes() {
        for (title, slug) in [
            ("Blue Shirt", "blue-shirt"),
            ("  50% off!! Tee/Top ", "50-off-tee-top"),
            ("Lan Se Chen Shan", "lan-se-chen-shan"),
        ] {
            assert_eq!(Slug::from_ascii(title).unwrap().as_str(), slug);
        }
        assert_eq!(Slug::from_ascii("—!?"), None);
        assert_eq!(
            Slug::from_ascii(&"word ".repeat(50))
                .unwrap()
                .as_str()
                .len(),
            99
        );
        assert_eq!(
            Slug::from_ascii(&"w".repeat(500)).unwrap().as_str().len(),
            100
        );
    }

    #[test]
    fn a_taken_slug_gets_the_next_number() {
        let taken = ["tee", "tee-2"];
        let slug = Slug::parse("tee").unwrap();
        assert_eq!(
            slug.first_free(|text| taken.contains(&text)).as_str(),
            "tee-3"
        );
        assert_eq!(slug.first_free(|_| false).as_str(), "tee");
        let longest = Slug::parse(&"a".repeat(120)).unwrap();
        assert_eq!(
            Slug::parse(longest.numbered(u32::MAX).as_str())
                .unwrap()
                .as_str()
                .len(),
            120
        );
    }

    #[test]
    fn chosen_slugs_are_taken_as_they_are_or_not_at_all() {
        for text in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "A",
            "a b",
            "ä",
            "a_b",
            &"a".repeat(121),
        ] {
            assert_eq!(Slug::parse(text), Err(InvalidSlug), "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_made_is_a_slug(title in "\\PC{0,300}", number in 2_u32..) {
            if let Some(slug) = Slug::from_ascii(&title) {
                assert_eq!(Slug::parse(slug.as_str()), Ok(slug.clone()));
                assert!(Slug::parse(slug.numbered(number).as_str()).is_ok());
            }
        }
    }
}
