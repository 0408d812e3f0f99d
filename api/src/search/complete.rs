//! Completing a query with the words of a name.

use super::segment::{self, Found, Word};

/// Gives the query with its last word completed from a name that has all its words; null when the name lacks one.
#[must_use]
pub fn complete(name: &str, query: &[Word]) -> Option<String> {
    let found = segment::words(name);
    let mut completed = String::with_capacity(name.len());
    for word in query {
        let text = completed_word(name, &found, word)?;
        let is_joined = text.starts_with(segment::is_han) && completed.ends_with(segment::is_han);
        if !completed.is_empty() && !is_joined {
            completed.push(' ');
        }
        completed.push_str(&text);
    }
    Some(completed)
}

fn completed_word(name: &str, found: &[Found], word: &Word) -> Option<String> {
    let whole = found.iter().find(|found| found.text == word.text);
    let longer = || {
        found
            .iter()
            .find(|found| word.is_prefix && found.text.starts_with(&word.text))
    };
    if let Some(found) = whole.or_else(longer) {
        return Some(name.get(found.range.clone())?.to_lowercase());
    }
    let is_inside = word.text.chars().all(segment::is_han) && name.contains(&word.text);
    is_inside.then(|| word.text.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_word_is_completed() {
        let cases = [
            ("Merino Wool Scarf", "wool sc", Some("wool scarf")),
            ("Merino Wool Scarf", "sca wool", None),
            ("Crème Brûlée Set", "creme br", Some("crème brûlée")),
            ("红色运动鞋", "红色运", Some("红色运动鞋")),
            ("红色运动鞋", "动鞋", Some("动鞋")),
            ("Merino Wool Scarf", "hat", None),
        ];
        for (name, query, expected) in cases {
            assert_eq!(
                complete(name, &segment::query(query)).as_deref(),
                expected,
                "{query}"
            );
        }
    }
}
