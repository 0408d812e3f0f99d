//! Languages of texts: BCP 47 tags and which of a shop's languages serves a request best.

use std::fmt;

use serde::{Deserialize, Serialize};

/// Longest tag accepted.
const MAX_LENGTH: usize = 35;

/// A language tag such as `en` or `zh-Hans`, in canonical case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Locale(String);

/// The text is no language tag.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no language tag, such as en or zh-Hans")]
pub struct UnknownLocale(pub String);

impl Locale {
    /// Reads a tag of a language with optional script, region and variants; case does not matter.
    ///
    /// # Errors
    ///
    /// [`UnknownLocale`] for anything else.
    pub fn parse(text: &str) -> Result<Self, UnknownLocale> {
        let refuse = || UnknownLocale(text.chars().take(MAX_LENGTH).collect());
        if text.len() > MAX_LENGTH {
            return Err(refuse());
        }
        let mut parts = text.split('-');
        let language = parts.next().unwrap_or_default();
        if !(2..=3).contains(&language.len())
            || !language.bytes().all(|byte| byte.is_ascii_alphabetic())
        {
            return Err(refuse());
        }
        let mut tag = language.to_ascii_lowercase();
        for part in parts {
            if !(2..=8).contains(&part.len())
                || !part.bytes().all(|byte| byte.is_ascii_alphanumeric())
            {
                return Err(refuse());
            }
            tag.push('-');
            tag.push_str(&canonical_subtag(part));
        }
        Ok(Self(tag))
    }

    /// English, the language of last resort.
    #[must_use]
    pub fn english() -> Self {
        Self("en".to_owned())
    }

    /// The tag.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language without script and region.
    #[must_use]
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }

    /// Whether it is Chinese of any script.
    #[must_use]
    pub fn is_chinese(&self) -> bool {
        self.language() == "zh"
    }

    /// The tags that serve this one, best first: itself, its script (for Chinese by region), ever shorter forms.
    fn ladder(&self) -> Vec<String> {
        let mut ladder = vec![self.0.clone()];
        if self.is_chinese() {
            let traditional = ["-Hant", "-TW", "-HK", "-MO"]
                .iter()
                .any(|mark| self.0.contains(mark));
            let scripts = if traditional {
                ["zh-Hant", "zh-Hans"]
            } else {
                ["zh-Hans", "zh-Hant"]
            };
            ladder.extend(scripts.map(str::to_owned));
        }
        let mut shorter = self.0.as_str();
        while let Some((head, _)) = shorter.rsplit_once('-') {
            ladder.push(head.to_owned());
            shorter = head;
        }
        ladder
    }
}

fn canonical_subtag(part: &str) -> String {
    let lower = part.to_ascii_lowercase();
    match part.len() {
        2 => lower.to_ascii_uppercase(),
        4 if part.bytes().all(|byte| byte.is_ascii_alphabetic()) => {
            let mut letters = lower.chars();
            letters.next().map_or_else(String::new, |first| {
                first.to_ascii_uppercase().to_string() + letters.as_str()
            })
        }
        _ => lower,
    }
}

impl fmt::Display for Locale {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl TryFrom<String> for Locale {
    type Error = UnknownLocale;

    fn try_from(text: String) -> Result<Self, UnknownLocale> {
        Self::parse(&text)
    }
}

impl From<Locale> for String {
    fn from(locale: Locale) -> Self {
        locale.0
    }
}

/// Picks the available language that serves the wishes best, else `default`. Wishes come best first.
///
/// `zh`, `zh-CN` and `zh-SG` are served by `zh-Hans`; `zh-TW` and `zh-HK` by `zh-Hant`, then `zh-Hans`; any other tag by
/// itself, then by ever shorter forms, then by any region of its language.
#[must_use]
pub fn resolve<'a>(wishes: &[Locale], available: &'a [Locale], default: &'a Locale) -> &'a Locale {
    for wish in wishes {
        for tag in wish.ladder() {
            if let Some(found) = available.iter().find(|candidate| candidate.as_str() == tag) {
                return found;
            }
        }
        if let Some(found) = available
            .iter()
            .find(|candidate| candidate.language() == wish.language())
        {
            return found;
        }
    }
    default
}

/// Reads an `Accept-Language` header: tags by descending quality; `*`, refused (`q=0`) and broken entries are left out.
#[must_use]
pub fn parse_accept_language(header: &str) -> Vec<Locale> {
    const MOST_WISHES: usize = 10;
    let mut wishes: Vec<(u32, Locale)> = header
        .split(',')
        .filter_map(|entry| {
            let mut parts = entry.split(';').map(str::trim);
            let locale = Locale::parse(parts.next()?).ok()?;
            let quality = parts
                .find_map(|part| part.strip_prefix("q="))
                .map_or(Some(1000), quality_per_mille)?;
            (quality > 0).then_some((quality, locale))
        })
        .take(MOST_WISHES)
        .collect();
    wishes.sort_by_key(|(quality, _)| std::cmp::Reverse(*quality));
    wishes.into_iter().map(|(_, locale)| locale).collect()
}

/// Reads `0`, `0.8`, `1.000` as thousandths.
fn quality_per_mille(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let whole: u32 = whole.parse().ok()?;
    if fraction.len() > 3 {
        return None;
    }
    let thousandths: u32 = format!("{fraction:0<3}").parse().ok()?;
    Some(whole.checked_mul(1000)?.checked_add(thousandths)?.min(1000))
}

#[cfg(test)]
mod tests {
    use super::{Locale, parse_accept_language, resolve};

    fn locale(tag: &str) -> Locale {
        Locale::parse(tag).unwrap()
    }

    #[test]
    fn tags_are_canonical_and_junk_is_refused() {
        assert_eq!(locale("ZH-hans-cn").as_str(), "zh-Hans-CN");
        assert_eq!(locale("EN").as_str(), "en");
        for junk in [
            "",
            "e",
            "engl",
            "zh_CN",
            "zh-",
            "en-a",
            "../x",
            "zh-Hans-verylongsubtag",
        ] {
            assert!(Locale::parse(junk).is_err(), "{junk}");
        }
    }

    #[test]
    fn the_best_available_language_is_chosen() {
        let available = [locale("en"), locale("zh-Hans")];
        let default = locale("en");
        for (wish, expected) in [
            ("zh", "zh-Hans"),
            ("zh-CN", "zh-Hans"),
            ("zh-TW", "zh-Hans"),
            ("en-GB", "en"),
            ("fr", "en"),
            ("zh-Hant-HK", "zh-Hans"),
        ] {
            assert_eq!(
                resolve(&[locale(wish)], &available, &default).as_str(),
                expected,
                "{wish}"
            );
        }
        let both = [locale("zh-Hans"), locale("zh-Hant")];
        assert_eq!(
            resolve(&[locale("zh-HK")], &both, &default).as_str(),
            "zh-Hant"
        );
        assert_eq!(
            resolve(&[locale("fr"), locale("zh")], &available, &default).as_str(),
            "zh-Hans"
        );
    }

    #[test]
    fn accept_language_is_read_by_quality() {
        let wishes = parse_accept_language("fr;q=0.5, zh-CN, en;q=0.8, *;q=0.1, de;q=0, xx;q=9e9");
        let tags: Vec<&str> = wishes.iter().map(Locale::as_str).collect();
        assert_eq!(tags, ["zh-CN", "en", "fr"]);
    }
}
