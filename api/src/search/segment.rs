//! Words: how texts are cut for the index and queries for asking it, alike on both sides.
//!
//! Latin words are folded (case, accents, full width), Chinese is cut by dictionary. The index also
//! holds every single Chinese character, so that a query the dictionary cuts otherwise still matches.

use std::ops::Range;
use std::sync::OnceLock;

use jieba_rs::Jieba;

/// Most words of a query that are looked for; the rest is left out, as Meilisearch does.
const MAX_QUERY_WORDS: usize = 10;

/// Longest word kept, in characters; longer ones are cut on both sides.
const MAX_WORD: usize = 64;

static DICTIONARY: OnceLock<Jieba> = OnceLock::new();

/// A word of a query.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    /// Folded text: letters and digits alone.
    pub text: String,
    /// Whether longer words that begin with it match too.
    pub is_prefix: bool,
}

/// A word where it stands in a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Found {
    /// Folded text.
    pub(super) text: String,
    /// Bytes of the text it was read from.
    pub(super) range: Range<usize>,
}

/// A stretch of letters and digits of one script family.
struct Run<'a> {
    text: &'a str,
    start: usize,
    is_han: bool,
}

/// Loads the dictionary off the async threads if the text needs it and it is not there yet.
pub async fn prepare(text: &str) {
    if DICTIONARY.get().is_none() && text.chars().any(is_han) {
        // A panic while loading shows again at the first use; there is nothing to do about it here.
        drop(tokio::task::spawn_blocking(dictionary).await);
    }
}

/// Gives the words of a text for the index, folded and parted by blanks.
#[must_use]
pub(super) fn indexed(text: &str) -> String {
    let mut words = String::with_capacity(text.len());
    for run in runs(text) {
        if run.is_han {
            for token in dictionary().cut_for_search(run.text, false) {
                push_word(&mut words, token.word);
                if token.word.chars().nth(1).is_some() {
                    token
                        .word
                        .chars()
                        .for_each(|letter| push_letter(&mut words, letter));
                }
            }
        } else {
            push_word(&mut words, &fold(run.text));
        }
    }
    words
}

/// Gives the words to look for. The last one is a prefix unless something follows it: it is still being typed.
#[must_use]
pub fn query(text: &str) -> Vec<Word> {
    let mut found = words(text);
    found.truncate(MAX_QUERY_WORDS);
    let end = found.last().map_or(0, |word| word.range.end);
    let is_typing = end == text.len();
    let count = found.len();
    found
        .into_iter()
        .enumerate()
        .map(|(index, word)| Word {
            text: word.text,
            is_prefix: is_typing && index + 1 == count,
        })
        .collect()
}

/// Gives the words of a text with their places, each stretch cut once.
pub(super) fn words(text: &str) -> Vec<Found> {
    let mut found = Vec::new();
    for run in runs(text) {
        if run.is_han {
            let mut start = run.start;
            for token in dictionary().cut(run.text, false) {
                let end = start + token.word.len();
                found.push(Found {
                    text: token.word.to_owned(),
                    range: start..end,
                });
                start = end;
            }
        } else {
            let text = fold(run.text);
            if !text.is_empty() {
                found.push(Found {
                    text,
                    range: run.start..run.start + run.text.len(),
                });
            }
        }
    }
    found
}

/// Whether a letter is Chinese, hence part of words without blanks between them.
pub(super) fn is_han(letter: char) -> bool {
    matches!(
        letter,
        '\u{3005}'
            | '\u{3007}'
            | '\u{3400}'..='\u{4dbf}'
            | '\u{4e00}'..='\u{9fff}'
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{323af}'
    )
}

fn dictionary() -> &'static Jieba {
    DICTIONARY.get_or_init(Jieba::new)
}

fn runs(text: &str) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut open: Option<(usize, bool)> = None;
    let mut close = |open: Option<(usize, bool)>, end: usize| {
        if let Some((start, is_han)) = open
            && let Some(stretch) = text.get(start..end)
        {
            runs.push(Run {
                text: stretch,
                start,
                is_han,
            });
        }
    };
    for (position, letter) in text.char_indices() {
        let kind = if is_han(letter) {
            Some(true)
        } else if letter.is_alphanumeric() {
            Some(false)
        } else if is_mark(letter) && matches!(open, Some((_, false))) {
            continue;
        } else {
            None
        };
        if open.map(|(_, is_han)| is_han) != kind {
            close(open, position);
            open = kind.map(|is_han| (position, is_han));
        }
    }
    close(open, text.len());
    runs
}

/// An accent written as a character of its own.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{300}'..='\u{36f}')
}

fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    for letter in word.chars() {
        match letter {
            letter if letter.is_ascii() => folded.push(letter.to_ascii_lowercase()),
            letter if is_mark(letter) => {}
            // Latin with accents, ligatures and full-width forms.
            '\u{c0}'..='\u{24f}'
            | '\u{1e00}'..='\u{1eff}'
            | '\u{fb00}'..='\u{fb06}'
            | '\u{ff01}'..='\u{ff5e}' => {
                let plain = deunicode::deunicode_char(letter).unwrap_or_default();
                folded.extend(
                    plain
                        .chars()
                        .filter(char::is_ascii_alphanumeric)
                        .map(|letter| letter.to_ascii_lowercase()),
                );
            }
            letter => folded.extend(letter.to_lowercase()),
        }
    }
    folded.chars().take(MAX_WORD).collect()
}

fn push_word(words: &mut String, word: &str) {
    if !word.is_empty() {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
}

fn push_letter(words: &mut String, letter: char) {
    words.push(' ');
    words.push(letter);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn latin_words_are_folded() {
        assert_eq!(
            indexed("Crème-Brûlée, ＡＢＣ１２ Straße Ångström"),
            "creme brulee abc12 strasse angstrom"
        );
        assert_eq!(indexed("cafe\u{301} au lait"), "cafe au lait");
        assert_eq!(indexed("Пальто ТЁПЛОЕ"), "пальто тёплое");
    }

    #[test]
    fn chinese_is_cut_by_dictionary_and_into_characters() {
        let words = indexed("红色运动鞋");
        for word in ["红色", "运动", "运动鞋", "鞋", "红"] {
            assert!(
                words.split(' ').any(|found| found == word),
                "{word} in {words}"
            );
        }
    }

    #[test]
    fn scripts_part_words() {
        let words: Vec<String> = query("T恤 XL").into_iter().map(|word| word.text).collect();
        assert_eq!(words, ["t", "恤", "xl"]);
    }

    #[test]
    fn only_a_word_still_being_typed_is_a_prefix() {
        let prefixes = |text: &str| {
            query(text)
                .into_iter()
                .map(|word| word.is_prefix)
                .collect::<Vec<_>>()
        };
        assert_eq!(prefixes("wool sca"), [false, true]);
        assert_eq!(prefixes("wool scarf "), [false, false]);
        assert_eq!(prefixes(""), [false; 0]);
    }

    #[test]
    fn signs_of_query_languages_are_no_words() {
        for text in [
            "\"",
            "*",
            "a\" OR \"b",
            "NEAR(a b)",
            "col:x",
            "(((",
            "' & !x",
            "--",
            "\0",
        ] {
            for word in query(text) {
                assert!(
                    word.text.chars().all(char::is_alphanumeric),
                    "{text} gave {word:?}"
                );
            }
        }
    }

    #[test]
    fn long_queries_and_words_are_cut() {
        assert_eq!(query(&"a ".repeat(50)).len(), MAX_QUERY_WORDS);
        assert_eq!(query(&"a".repeat(500))[0].text.len(), MAX_WORD);
    }

    #[test]
    fn every_query_word_of_a_text_is_in_its_index() {
        for text in [
            "加厚羊毛围巾",
            "Merino Wool 围巾 2.0",
            "不锈钢保温杯500ml",
            "儿童防晒帽",
        ] {
            let index = indexed(text);
            for word in query(text) {
                assert!(
                    index.split(' ').any(|found| found == word.text),
                    "{word:?} in {index}"
                );
            }
        }
    }
}
