//! Filters in Meilisearch's language, from typed values; texts are quoted so that none can end its quotes.

use std::fmt::Write as _;

use domain::text_enum::TextEnum;
use uuid::Uuid;

use super::record::field;
use crate::search::{Filter, Question};

/// What hits of a question must be, with this filter instead of its own.
pub(super) fn expression(question: &Question, filter: &Filter) -> String {
    let channel = question.channel_id;
    let mut parts = vec![match &filter.statuses {
        Some(statuses) => any_of("status", statuses.iter().map(|status| status.as_str())),
        None => format!(
            "status = \"PUBLISHED\" AND {} <= {}",
            field::published_at(channel),
            question.now.timestamp_millis()
        ),
    }];
    if let Some(ids) = &filter.product_ids {
        parts.push(any_of("id", ids.iter().map(Uuid::to_string)));
    }
    if let Some(ids) = &filter.category_ids {
        parts.push(any_of(field::CATEGORIES, ids.iter().map(Uuid::to_string)));
    }
    if let Some(ids) = &filter.collection_ids {
        parts.push(any_of(field::COLLECTIONS, ids.iter().map(Uuid::to_string)));
    }
    if let Some(tags) = &filter.tags {
        parts.push(any_of(field::TAGS, tags.iter().map(|tag| stored_text(tag))));
    }
    if let Some(brands) = &filter.brands {
        parts.push(any_of(
            field::BRAND,
            brands.iter().map(|brand| stored_text(brand)),
        ));
    }
    if let Some(lowest) = filter.min_price_minor {
        parts.push(format!("{} >= {lowest}", field::max_price(channel)));
    }
    if let Some(highest) = filter.max_price_minor {
        parts.push(format!("{} <= {highest}", field::min_price(channel)));
    }
    if let Some(available) = filter.available {
        parts.push(format!("{} = {available}", field::AVAILABLE));
    }
    parts.join(" AND ")
}

/// A text as it stands in documents and filters: a backslash cannot be written in a filter, so it has a look-alike.
pub(super) fn stored_text(text: &str) -> String {
    text.replace('\\', "＼")
}

/// The text of the shop again.
pub(super) fn shown_text(text: &str) -> String {
    text.replace('＼', "\\")
}

/// `field IN ["…", …]`; an empty list matches nothing.
fn any_of(field: &str, values: impl IntoIterator<Item = impl AsRef<str>>) -> String {
    let mut text = format!("{field} IN [");
    for (index, value) in values.into_iter().enumerate() {
        let comma = if index == 0 { "" } else { ", " };
        let quoted = value.as_ref().replace('\\', "＼").replace('"', "\\\"");
        // Writing to a string cannot fail.
        let _written = write!(text, "{comma}\"{quoted}\"");
    }
    text.push(']');
    text
}

#[cfg(test)]
mod tests {
    use super::any_of;

    #[test]
    fn no_text_ends_its_quotes() {
        assert_eq!(
            any_of(
                "brand",
                ["A\" OR status = \"DRAFT", "back\\", "back\\\" OR x"]
            ),
            "brand IN [\"A\\\" OR status = \\\"DRAFT\", \"back＼\", \"back＼\\\" OR x\"]"
        );
        assert_eq!(any_of("brand", [""; 0]), "brand IN []");
    }
}
