//! A linear scan of the document's text, before the recursive parser sees it: how many tokens, how deep the brackets.

use thiserror::Error;

/// Why a text is not given to the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum ScanError {
    /// The document is too long.
    #[error("The document has more than {0} tokens.")]
    TooManyTokens(usize),
    /// Brackets nest too deep for a recursive parser.
    #[error("The document nests brackets more than {0} deep.")]
    TooDeep(usize),
    /// A string has no end. The parser would read on differently from here, so it is refused now.
    #[error("The document has a string without an end.")]
    OpenString,
    /// The character U+0000 stands in it, which no text of the shop may hold: PostgreSQL has no place for it.
    #[error("The document has the character U+0000.")]
    Nul,
}

/// Counts tokens and brackets and stops at the first excess.
///
/// # Errors
///
/// `TooManyTokens`, `TooDeep` when a limit is passed; `OpenString` when a string is not closed; `Nul`.
pub fn scan(source: &str, max_tokens: usize, max_brackets: usize) -> Result<(), ScanError> {
    if source.contains('\0') {
        return Err(ScanError::Nul);
    }
    let mut rest = source.as_bytes();
    let mut tokens = 0_usize;
    let mut brackets = 0_usize;
    while let Some((&byte, tail)) = rest.split_first() {
        rest = match byte {
            b' ' | b'\t' | b'\r' | b'\n' | b',' | 0xEF | 0xBB | 0xBF => {
                rest = tail;
                continue;
            }
            b'#' => {
                rest = skip_while(tail, |b| b != b'\n' && b != b'\r');
                continue;
            }
            b'"' => after_string(tail)?,
            b'(' | b'[' | b'{' => {
                brackets = brackets.saturating_add(1);
                if brackets > max_brackets {
                    return Err(ScanError::TooDeep(max_brackets));
                }
                tail
            }
            b')' | b']' | b'}' => {
                brackets = brackets.saturating_sub(1);
                tail
            }
            b'.' => tail.strip_prefix(b"..").unwrap_or(tail),
            b'_' | b'a'..=b'z' | b'A'..=b'Z' => skip_while(tail, is_name),
            b'-' | b'0'..=b'9' => after_number(tail),
            _ => tail,
        };
        tokens = tokens.saturating_add(1);
        if tokens > max_tokens {
            return Err(ScanError::TooManyTokens(max_tokens));
        }
    }
    Ok(())
}

fn is_name(byte: u8) -> bool {
    byte == b'_' || byte.is_ascii_alphanumeric()
}

fn skip_while(bytes: &[u8], keep: impl Fn(u8) -> bool) -> &[u8] {
    let end = bytes.iter().position(|&b| !keep(b)).unwrap_or(bytes.len());
    bytes.get(end..).unwrap_or_default()
}

/// What follows a number; a point belongs to it only before a digit, so that `1...` stays two tokens.
fn after_number(bytes: &[u8]) -> &[u8] {
    let whole = skip_while(bytes, is_name);
    match whole {
        [b'.', digit, tail @ ..] if digit.is_ascii_digit() => {
            after_exponent(skip_while(tail, is_name))
        }
        _ => after_exponent(whole),
    }
}

fn after_exponent(bytes: &[u8]) -> &[u8] {
    match bytes {
        [b'+' | b'-', digit, tail @ ..] if digit.is_ascii_digit() => skip_while(tail, is_name),
        _ => bytes,
    }
}

/// What follows a string whose first quote has been read.
fn after_string(bytes: &[u8]) -> Result<&[u8], ScanError> {
    if let Some(block) = bytes.strip_prefix(b"\"\"") {
        return after_block_string(block);
    }
    let mut rest = bytes;
    loop {
        let passed = match rest {
            [b'\\', b'u', b'0', b'0', b'0', b'0', ..] => return Err(ScanError::Nul),
            [b'\\', _, ..] => 2,
            [b'"', tail @ ..] => return Ok(tail),
            [] | [b'\n' | b'\r', ..] => return Err(ScanError::OpenString),
            [_, ..] => 1,
        };
        rest = rest.get(passed..).unwrap_or_default();
    }
}

fn after_block_string(bytes: &[u8]) -> Result<&[u8], ScanError> {
    let mut rest = bytes;
    loop {
        let passed = match rest {
            [b'\\', b'"', b'"', b'"', ..] => 4,
            [b'"', b'"', b'"', tail @ ..] => return Ok(tail),
            [] => return Err(ScanError::OpenString),
            [_, ..] => 1,
        };
        rest = rest.get(passed..).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::{ScanError, scan};

    fn tokens(source: &str) -> usize {
        (0..200)
            .find(|&n| scan(source, n, 64).is_ok())
            .expect("fewer than 200 tokens")
    }

    #[test]
    fn counts_what_the_grammar_calls_tokens() {
        for (source, expected) in [
            ("", 0),
            (" \t\r\n,\u{feff}", 0),
            ("{a}", 3),
            ("query Q($a: [Int!]! = 1) { f(x: $a) }", 23),
            ("{ ...F } # { { {\n fragment F on Query { a }", 11),
            (r#"{ a(s: "}{\"{", b: """ "" \""" { """) }"#, 11),
            ("[1.5e-3, -2, 3...]", 6),
            ("{ a(s: \"\") }", 8),
        ] {
            assert_eq!(tokens(source), expected, "{source}");
        }
    }

    #[test]
    fn refuses_the_first_token_too_many() {
        assert_eq!(scan("{ a b }", 4, 64), Ok(()));
        assert_eq!(scan("{ a b }", 3, 64), Err(ScanError::TooManyTokens(3)));
    }

    #[test]
    fn refuses_brackets_the_parser_would_recurse_on() {
        let deep = format!("{{ a(v: {}1{}) }}", "[".repeat(62), "]".repeat(62));
        assert_eq!(scan(&deep, 2_000, 64), Ok(()));
        assert_eq!(scan(&deep, 2_000, 63), Err(ScanError::TooDeep(63)));
    }

    #[test]
    fn refuses_a_string_without_an_end() {
        for source in ["{ a(s: \"x\n\") }", "{ a(s: \"\"\" x\" ) }", "\"", "\"\\\""] {
            assert_eq!(
                scan(source, 2_000, 64),
                Err(ScanError::OpenString),
                "{source}"
            );
        }
    }

    #[test]
    fn refuses_the_character_no_text_can_hold() {
        for source in ["{ a(s: \"x\\u0000\") }", "{ a(s: \"\0\") }", "{ a # \0\n }"] {
            assert_eq!(scan(source, 2_000, 64), Err(ScanError::Nul), "{source:?}");
        }
        for source in [
            "{ a(s: \"\\\\u0000\") }",
            "{ a(s: \"\"\"\\u0000\"\"\") }",
            "{ a(s: \"\\u0001\") }",
        ] {
            assert_eq!(scan(source, 2_000, 64), Ok(()), "{source:?}");
        }
    }
}
