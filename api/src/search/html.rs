//! Plain text of sanitised HTML.

/// Gives the words of an HTML text that was sanitised on the way in: tags become blanks, entities their characters.
#[must_use]
pub fn plain_text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut quote: Option<char> = None;
    let mut in_tag = false;
    for letter in html.chars() {
        match (in_tag, quote) {
            (false, _) if letter == '<' => in_tag = true,
            (false, _) => text.push(letter),
            (true, None) if letter == '>' => {
                in_tag = false;
                text.push(' ');
            }
            (true, None) if matches!(letter, '"' | '\'') => quote = Some(letter),
            (true, Some(open)) if open == letter => quote = None,
            (true, _) => {}
        }
    }
    let decoded = text
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#39;", "'")
        .replace("&amp;", "&"); // last, so that `&amp;lt;` stays the text `&lt;`
    decoded.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::plain_text;

    #[test]
    fn tags_and_entities_go() {
        let cases = [
            ("<p>Soft <b>wool</b></p><p>warm</p>", "Soft wool warm"),
            ("<a title=\"a > b\" href='x'>link</a>", "link"),
            ("1 &lt; 2 &amp;&amp; 3 &gt; 2", "1 < 2 && 3 > 2"),
            ("&amp;lt;", "&lt;"),
            ("plain", "plain"),
            ("", ""),
        ];
        for (html, expected) in cases {
            assert_eq!(plain_text(html), expected);
        }
    }
}
