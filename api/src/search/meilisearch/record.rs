//! Documents as the server keeps them, and the settings of an index.

use meilisearch_sdk::settings::{
    FacetSortValue, FacetingSettings, LocalizedAttributes, PaginationSetting, Settings,
    TypoToleranceSettings,
};
use serde_json::{Map, Value};
use uuid::Uuid;

use super::filter::stored_text;
use crate::search::document::Document;
use crate::search::{MAX_FACET_VALUES, WINDOW};

/// Names of fields; those of a channel end in its id.
pub(super) mod field {
    use uuid::Uuid;

    pub(in super::super) const ID: &str = "id";
    pub(in super::super) const STATUS: &str = "status";
    pub(in super::super) const TITLE: &str = "title";
    pub(in super::super) const SORT_TITLE: &str = "sort_title";
    pub(in super::super) const NUMBERS: &str = "numbers";
    pub(in super::super) const KEYWORDS: &str = "keywords";
    pub(in super::super) const BODY: &str = "body";
    pub(in super::super) const BRAND: &str = "brand";
    pub(in super::super) const TAGS: &str = "tags";
    pub(in super::super) const CATEGORIES: &str = "category_ids";
    pub(in super::super) const COLLECTIONS: &str = "collection_ids";
    pub(in super::super) const AVAILABLE: &str = "available";

    pub(in super::super) fn published_at(channel: Uuid) -> String {
        format!("published_at_{}", channel.simple())
    }

    pub(in super::super) fn min_price(channel: Uuid) -> String {
        format!("min_price_{}", channel.simple())
    }

    pub(in super::super) fn max_price(channel: Uuid) -> String {
        format!("max_price_{}", channel.simple())
    }
}

/// Writes a document: flat, with prices in minor units and no stock counts, which change too often.
pub(super) fn record(document: &Document) -> Map<String, Value> {
    let facts = &document.facts;
    let mut record = Map::new();
    let mut put = |name: &str, value: Value| {
        record.insert(name.to_owned(), value);
    };
    put(field::ID, facts.product_id.to_string().into());
    put(
        field::STATUS,
        domain::text_enum::TextEnum::as_str(facts.status).into(),
    );
    put(field::TITLE, document.title.as_str().into());
    put(field::SORT_TITLE, document.title.to_lowercase().into());
    put(field::NUMBERS, facts.numbers.as_slice().into());
    put(field::KEYWORDS, document.keywords.as_str().into());
    put(field::BODY, document.body.as_str().into());
    put(field::BRAND, facts.brand.as_deref().map(stored_text).into());
    put(
        field::TAGS,
        facts.tags.iter().map(|tag| stored_text(tag)).collect(),
    );
    put(
        field::CATEGORIES,
        facts.category_ids.iter().map(Uuid::to_string).collect(),
    );
    put(
        field::COLLECTIONS,
        facts.collection_ids.iter().map(Uuid::to_string).collect(),
    );
    put(field::AVAILABLE, facts.is_available.into());
    for listing in &facts.listings {
        let channel = listing.channel_id;
        put(
            &field::published_at(channel),
            listing
                .published_at
                .map(|instant| instant.timestamp_millis())
                .into(),
        );
        put(&field::min_price(channel), listing.min_price_minor.into());
        put(&field::max_price(channel), listing.max_price_minor.into());
    }
    record
}

/// Settings of the index of a language.
pub(super) fn settings(locale: &str, channels: &[Uuid]) -> Settings {
    let of_channels = |name: fn(Uuid) -> String| channels.iter().map(move |channel| name(*channel));
    let texts = |names: &[&str]| {
        names
            .iter()
            .map(|name| (*name).to_owned())
            .collect::<Vec<_>>()
    };
    let mut filterable = texts(&[
        field::ID,
        field::STATUS,
        field::BRAND,
        field::TAGS,
        field::CATEGORIES,
        field::COLLECTIONS,
        field::AVAILABLE,
    ]);
    filterable.extend(
        of_channels(field::published_at)
            .chain(of_channels(field::min_price))
            .chain(of_channels(field::max_price)),
    );
    let mut sortable = texts(&[field::SORT_TITLE]);
    sortable.extend(
        of_channels(field::published_at)
            .chain(of_channels(field::min_price))
            .chain(of_channels(field::max_price)),
    );
    let settings = Settings::new()
        .with_searchable_attributes([
            field::TITLE,
            field::NUMBERS,
            field::BRAND,
            field::KEYWORDS,
            field::BODY,
        ])
        .with_displayed_attributes([field::ID])
        .with_filterable_attributes(filterable)
        .with_sortable_attributes(sortable)
        // An order that was asked for comes before relevance; without one the rule does nothing.
        .with_ranking_rules([
            "sort",
            "words",
            "typo",
            "proximity",
            "attribute",
            "exactness",
        ])
        .with_typo_tolerance(TypoToleranceSettings {
            enabled: Some(true),
            disable_on_attributes: Some(texts(&[field::NUMBERS])),
            ..TypoToleranceSettings::default()
        })
        .with_proximity_precision("byAttribute")
        .with_pagination(PaginationSetting {
            max_total_hits: usize::try_from(WINDOW)
                .unwrap_or(usize::MAX)
                .saturating_add(1),
        })
        .with_faceting(FacetingSettings {
            max_values_per_facet: usize::try_from(MAX_FACET_VALUES).unwrap_or(usize::MAX),
            sort_facet_values_by: Some([("*".to_owned(), FacetSortValue::Count)].into()),
        });
    match language(locale) {
        Some(language) => settings.with_localized_attributes([LocalizedAttributes {
            locales: vec![language.to_owned()],
            attribute_patterns: vec!["*".to_owned()],
        }]),
        None => settings,
    }
}

/// The server's name of a language it cuts words of by rules of its own.
fn language(locale: &str) -> Option<&'static str> {
    match locale.split('-').next() {
        Some("zh") => Some("cmn"),
        Some("ja") => Some("jpn"),
        Some("ko") => Some("kor"),
        Some("th") => Some("tha"),
        Some("en") => Some("eng"),
        Some("de") => Some("deu"),
        Some("fr") => Some("fra"),
        Some("es") => Some("spa"),
        Some("it") => Some("ita"),
        _ => None,
    }
}
