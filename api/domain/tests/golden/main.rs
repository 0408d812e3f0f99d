//! What offers a merchant would recognise come to, and why, kept as texts.
//!
//! A price that changed shows as a difference of its text. When it is meant, write the texts anew and read what changed:
//! `UPDATE_GOLDEN=1 cargo test -p domain --test golden`.

#[cfg(test)]
mod cases;
#[cfg(test)]
mod offer;
#[cfg(test)]
mod parts;
#[cfg(test)]
mod shop;
#[cfg(test)]
mod text;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::{Path, PathBuf};

    use super::cases::all_cases;
    use super::text;

    fn place() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden/expected")
    }

    /// The name of a case's file.
    fn file(name: &str) -> String {
        let words: Vec<&str> = name
            .split(|letter: char| !letter.is_ascii_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect();
        format!("{}.txt", words.join("-"))
    }

    #[test]
    fn offers_come_to_what_is_written_down() {
        let is_update = std::env::var_os("UPDATE_GOLDEN").is_some();
        let cases = all_cases();
        let mut files = BTreeSet::new();
        for case in &cases {
            let text = text::of(case);
            let name = file(case.name);
            let path = place().join(&name);
            assert!(files.insert(name), "two cases are called {}", case.name);
            if is_update {
                fs::write(&path, &text).unwrap();
            }
            let expected = fs::read_to_string(&path).unwrap_or_default();
            assert_eq!(text, expected, "{}", path.display());
        }
        assert!(cases.len() >= 30);
        let kept: BTreeSet<String> = fs::read_dir(place())
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        assert_eq!(kept, files, "a text without a case");
    }
}
