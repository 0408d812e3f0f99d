//! Content negotiation: which of the two media types an answer has, and whether a body may be read.

/// Media types of answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum MediaType {
    /// `application/graphql-response+json`: the HTTP status tells what became of the request.
    GraphqlResponse,
    /// `application/json`: an answer of the server is always 200, for clients that look at the body only.
    Json,
}

impl MediaType {
    /// The value of `Content-Type`.
    pub(super) fn header(self) -> &'static str {
        match self {
            Self::GraphqlResponse => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }
}

/// Whether an `Accept` header asks for server-sent events.
pub(super) fn wants_events(header: Option<&str>) -> bool {
    header.is_some_and(|header| {
        header.split(',').any(|range| {
            let essence = range.split(';').next().unwrap_or_default();
            essence.trim().eq_ignore_ascii_case("text/event-stream")
        })
    })
}

/// The media type an `Accept` header likes best; none when it accepts neither.
pub(super) fn accepted(header: Option<&str>) -> Option<MediaType> {
    let Some(header) = header else {
        return Some(MediaType::Json);
    };
    let mut best: Option<(u16, MediaType)> = None;
    for range in header.split(',') {
        let mut parts = range.split(';').map(str::trim);
        let media = match parts
            .next()
            .unwrap_or_default()
            .to_ascii_lowercase()
            .as_str()
        {
            "application/graphql-response+json" => MediaType::GraphqlResponse,
            "application/json" | "application/*" | "*/*" => MediaType::Json,
            _ => continue,
        };
        let quality = parts
            .find_map(|part| part.strip_prefix("q="))
            .map_or(1_000, thousandths);
        if quality > 0 && best.is_none_or(|(known, _)| quality > known) {
            best = Some((quality, media));
        }
    }
    best.map(|(_, media)| media)
}

/// A quality such as `0.8` in thousandths; nonsense counts as 0.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let digits: String = format!("{fraction:0<3}").chars().take(3).collect();
    match (whole, digits.parse::<u16>()) {
        ("1", Ok(_)) => 1_000,
        ("0", Ok(fraction)) => fraction,
        _ => 0,
    }
}

/// Whether a body of this `Content-Type` is JSON in UTF-8. Nothing else is read: other types cross origins unasked.
pub(super) fn is_json(header: Option<&str>) -> bool {
    let Some(header) = header else {
        return false;
    };
    let mut parts = header.split(';').map(str::trim);
    if !parts
        .next()
        .is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"))
    {
        return false;
    }
    parts
        .filter_map(|part| part.split_once('='))
        .filter(|(name, _)| name.eq_ignore_ascii_case("charset"))
        .all(|(_, charset)| charset.trim_matches('"').eq_ignore_ascii_case("utf-8"))
}

#[cfg(test)]
mod tests {
    use super::{MediaType, accepted, is_json, wants_events};

    #[test]
    fn events_are_asked_for_by_name() {
        for header in [
            "text/event-stream",
            "application/json, Text/Event-Stream; q=0.5",
        ] {
            assert!(wants_events(Some(header)), "{header}");
        }
        for header in [None, Some("*/*"), Some("text/*"), Some("application/json")] {
            assert!(!wants_events(header), "{header:?}");
        }
    }

    #[test]
    fn the_best_liked_media_type_wins() {
        for (header, expected) in [
            (None, Some(MediaType::Json)),
            (Some("*/*"), Some(MediaType::Json)),
            (Some("application/json"), Some(MediaType::Json)),
            (
                Some("application/graphql-response+json"),
                Some(MediaType::GraphqlResponse),
            ),
            (
                Some(
                    "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
                ),
                Some(MediaType::GraphqlResponse),
            ),
            (
                Some("application/json;q=0.9, application/graphql-response+json;q=0.95"),
                Some(MediaType::GraphqlResponse),
            ),
            (
                Some("application/graphql-response+json;q=0, application/json;q=0.1"),
                Some(MediaType::Json),
            ),
            (Some("text/html"), None),
            (Some("application/json;q=0"), None),
            (Some("text/html, */*;q=0.8"), Some(MediaType::Json)),
        ] {
            assert_eq!(accepted(header), expected, "{header:?}");
        }
    }

    #[test]
    fn only_json_bodies_are_read() {
        for header in [
            "application/json",
            "Application/JSON; charset=UTF-8",
            "application/json;charset=\"utf-8\"",
        ] {
            assert!(is_json(Some(header)), "{header}");
        }
        for header in [
            "text/plain",
            "application/x-www-form-urlencoded",
            "application/json; charset=utf-16",
            "application/jsonp",
            "",
        ] {
            assert!(!is_json(Some(header)), "{header}");
        }
        assert!(!is_json(None));
    }
}
