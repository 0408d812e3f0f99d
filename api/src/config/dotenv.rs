//! Reader of `.env`: `NAME=value` lines, comments, single and double quotes, an optional `export`.

use std::collections::BTreeMap;

use super::error::Problem;

/// Values by name, with the line each stands on.
pub(super) type Entries = BTreeMap<String, (String, usize)>;

/// Reads a whole file.
///
/// # Errors
/// Every line that is not a comment or an assignment, or that assigns a name again.
pub(super) fn read(text: &str) -> Result<Entries, Vec<Problem>> {
    let mut entries = Entries::new();
    let mut problems = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        match assignment(line) {
            Ok(None) => {}
            Ok(Some((name, value))) => {
                if entries.insert(name, (value, number)).is_some() {
                    problems.push(Problem::BadLine {
                        line: number,
                        reason: "this name was set on an earlier line",
                    });
                }
            }
            Err(reason) => problems.push(Problem::BadLine {
                line: number,
                reason,
            }),
        }
    }
    if problems.is_empty() {
        Ok(entries)
    } else {
        Err(problems)
    }
}

fn assignment(line: &str) -> Result<Option<(String, String)>, &'static str> {
    let line = line.trim_start_matches('\u{feff}').trim();
    if line.is_empty() || line.starts_with('#') {
        return Ok(None);
    }
    let line = line.strip_prefix("export ").map_or(line, str::trim_start);
    let (name, rest) = line.split_once('=').ok_or("expected NAME=value")?;
    let name = name.trim_end();
    let is_name = name
        .chars()
        .all(|letter| letter.is_ascii_alphanumeric() || letter == '_')
        && name
            .chars()
            .next()
            .is_some_and(|letter| !letter.is_ascii_digit());
    if !is_name {
        return Err("the name before '=' may hold only letters, digits and '_'");
    }
    Ok(Some((name.to_owned(), value(rest.trim_start())?)))
}

fn value(text: &str) -> Result<String, &'static str> {
    if let Some(quoted) = text.strip_prefix('\'') {
        let (value, rest) = quoted
            .split_once('\'')
            .ok_or("the single quote is not closed")?;
        return only_comment_after(rest).map(|()| value.to_owned());
    }
    if let Some(quoted) = text.strip_prefix('"') {
        return double_quoted(quoted);
    }
    // As a shell reads it: '#' begins a comment only after a space, so that URLs keep their fragment.
    let mut end = text.len();
    for (position, _) in text.match_indices('#') {
        if text
            .get(..position)
            .is_some_and(|before| before.is_empty() || before.ends_with(char::is_whitespace))
        {
            end = position;
            break;
        }
    }
    Ok(text.get(..end).unwrap_or(text).trim_end().to_owned())
}

fn double_quoted(text: &str) -> Result<String, &'static str> {
    let mut value = String::new();
    let mut letters = text.chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => return only_comment_after(letters.as_str()).map(|()| value),
            '\\' => match letters.next() {
                Some('n') => value.push('\n'),
                Some('t') => value.push('\t'),
                Some(escaped @ ('"' | '\\' | '$')) => value.push(escaped),
                _ => return Err("unknown escape inside double quotes"),
            },
            other => value.push(other),
        }
    }
    Err("the double quote is not closed")
}

fn only_comment_after(rest: &str) -> Result<(), &'static str> {
    let rest = rest.trim();
    if rest.is_empty() || rest.starts_with('#') {
        Ok(())
    } else {
        Err("text after the closing quote")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_read_as_a_shell_would() {
        let cases = [
            ("A=1", "1"),
            ("export A = 1 ", "1"),
            ("A=http://x/#part # note", "http://x/#part"),
            ("A='a # b'", "a # b"),
            ("A=\"a \\\"b\\\" \\\\ \\n\" # note", "a \"b\" \\ \n"),
            ("A=", ""),
            ("A= # only a note", ""),
            ("\u{feff}A=ü", "ü"),
        ];
        for (line, expected) in cases {
            assert_eq!(read(line).unwrap()["A"].0, expected, "{line}");
        }
    }

    #[test]
    fn broken_lines_are_named_by_number() {
        let problems = read("# fine\nA\n=x\nB='x\nC=1\nC=2\nD=\"x\" y").unwrap_err();
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(
            lines,
            [
                ".env line 2: expected NAME=value",
                ".env line 3: the name before '=' may hold only letters, digits and '_'",
                ".env line 4: the single quote is not closed",
                ".env line 6: this name was set on an earlier line",
                ".env line 7: text after the closing quote",
            ]
        );
    }
}
