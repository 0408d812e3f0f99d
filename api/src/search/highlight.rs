//! Where a query matched a text, as HTML.

use std::ops::Range;

use super::segment::{self, Word};

/// Characters kept on each side of the first match in a long text.
const CONTEXT: usize = 60;

/// Marks the words of a query in a plain text with `<em>`, escaping everything else; null when none is in it.
///
/// A long text is cut to the surroundings of the first match.
#[must_use]
pub fn highlight(text: &str, query: &[Word]) -> Option<String> {
    let ranges = merged(matches(text, query));
    let first = ranges.first()?;
    let window = window(text, first);
    let mut html = String::new();
    if window.start > 0 {
        html.push('…');
    }
    let mut position = window.start;
    for range in ranges
        .iter()
        .filter(|range| range.start >= window.start && range.end <= window.end)
    {
        escape(
            &mut html,
            text.get(position..range.start).unwrap_or_default(),
        );
        html.push_str("<em>");
        escape(&mut html, text.get(range.clone()).unwrap_or_default());
        html.push_str("</em>");
        position = range.end;
    }
    escape(
        &mut html,
        text.get(position..window.end).unwrap_or_default(),
    );
    if window.end < text.len() {
        html.push('…');
    }
    Some(html)
}

fn matches(text: &str, query: &[Word]) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    for found in segment::words(text) {
        let is_match = query.iter().any(|word| {
            found.text == word.text || (word.is_prefix && found.text.starts_with(&word.text))
        });
        if is_match {
            ranges.push(found.range);
        }
    }
    // The dictionary may have cut the text otherwise than the query: Chinese words are looked for letter by letter.
    for word in query
        .iter()
        .filter(|word| word.text.chars().all(segment::is_han))
    {
        ranges.extend(
            text.match_indices(&word.text)
                .map(|(start, found)| start..start + found.len()),
        );
    }
    ranges
}

fn merged(mut ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    ranges.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

fn window(text: &str, first: &Range<usize>) -> Range<usize> {
    let before = text.get(..first.start).unwrap_or_default();
    let after = text.get(first.end..).unwrap_or_default();
    let start = before
        .char_indices()
        .rev()
        .nth(CONTEXT)
        .map_or(0, |(position, letter)| position + letter.len_utf8());
    let end = after
        .char_indices()
        .nth(CONTEXT)
        .map_or(text.len(), |(position, _)| first.end + position);
    start..end
}

fn escape(html: &mut String, text: &str) {
    for letter in text.chars() {
        match letter {
            '<' => html.push_str("&lt;"),
            '>' => html.push_str("&gt;"),
            '&' => html.push_str("&amp;"),
            '"' => html.push_str("&quot;"),
            '\'' => html.push_str("&#39;"),
            other => html.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(text: &str, query: &str) -> Option<String> {
        highlight(text, &segment::query(query))
    }

    #[test]
    fn words_and_prefixes_are_marked() {
        assert_eq!(
            mark("Merino Wool Scarf", "wool sca").unwrap(),
            "Merino <em>Wool</em> <em>Scarf</em>"
        );
        assert_eq!(
            mark("Crème brûlée", "creme ").unwrap(),
            "<em>Crème</em> brûlée"
        );
        assert_eq!(mark("Scarf", "hat"), None);
    }

    #[test]
    fn chinese_words_are_marked_inside_longer_ones() {
        assert_eq!(mark("红色运动鞋", "运动鞋").unwrap(), "红色<em>运动鞋</em>");
        assert_eq!(mark("红色运动鞋", "鞋").unwrap(), "红色运动<em>鞋</em>");
    }

    #[test]
    fn texts_are_escaped() {
        assert_eq!(
            mark("<script>wool</script> & \"x\"", "wool").unwrap(),
            "&lt;script&gt;<em>wool</em>&lt;/script&gt; &amp; &quot;x&quot;"
        );
    }

    #[test]
    fn long_texts_are_cut_around_the_first_match() {
        let text = format!("{} wool {}", "a ".repeat(200), "b ".repeat(200));
        let html = mark(&text, "wool").unwrap();
        assert!(
            html.starts_with('…') && html.ends_with('…') && html.contains("<em>wool</em>"),
            "{html}"
        );
        assert!(html.chars().count() < 150);
    }
}
