//! A search: one call, with one query for the hits and one more for each facet whose own filter is set aside.

use std::collections::HashMap;

use meilisearch_sdk::errors::{Error as ServerError, ErrorCode};
use meilisearch_sdk::indexes::Index;
use meilisearch_sdk::search::{MatchingStrategies, SearchQuery, SearchResults, Selectors};
use serde::Deserialize;
use uuid::Uuid;

use super::filter::{expression, shown_text};
use super::record::field;
use super::{Meilisearch, index_uid};
use crate::search::{Answer, FacetCounts, FacetKey, FacetValue, HitOrder, IndexError, Question};

/// A hit: nothing but the id is read from the index.
#[derive(Debug, Deserialize)]
struct Hit {
    id: Uuid,
}

impl Meilisearch {
    pub(super) async fn ask(&self, question: &Question) -> Result<Answer, IndexError> {
        let clients = self.clients()?;
        let index = clients.search.index(index_uid(&question.locale));
        let channel = question.channel_id;
        let (aside, counted): (Vec<FacetKey>, Vec<FacetKey>) = question
            .facets
            .iter()
            .copied()
            .partition(|key| question.filter.narrows(*key));

        let filter = expression(question, &question.filter);
        let sort = sort(question.order, channel, question.text.trim().is_empty());
        let sort: Vec<&str> = sort.iter().map(String::as_str).collect();
        let counted_fields = fields(&counted, channel);
        let counted_fields: Vec<&str> = counted_fields.iter().map(String::as_str).collect();
        let mut first = query(&index, question, &filter, &counted_fields);
        first
            .with_sort(&sort)
            .with_offset(count(question.offset))
            .with_limit(count(question.limit.saturating_add(1)));

        let aside_filters: Vec<String> = aside
            .iter()
            .map(|key| expression(question, &question.filter.aside(*key)))
            .collect();
        let aside_fields: Vec<Vec<String>> =
            aside.iter().map(|key| fields(&[*key], channel)).collect();
        let aside_fields: Vec<Vec<&str>> = aside_fields
            .iter()
            .map(|fields| fields.iter().map(String::as_str).collect())
            .collect();
        let mut searches = clients.search.multi_search();
        searches.with_search_query(first);
        for (filter, fields) in aside_filters.iter().zip(&aside_fields) {
            let mut search = query(&index, question, filter, fields);
            search.with_limit(0);
            searches.with_search_query(search);
        }

        let answer = searches.execute::<Hit>().await.inspect_err(|error| {
            if is_missing(error) {
                self.doubt(&question.locale);
            }
        });
        let mut results = answer?.results.into_iter();
        let hits = results
            .next()
            .ok_or_else(|| IndexError::Server("it answered with no results".to_owned()))?;
        let mut by_key: HashMap<FacetKey, FacetCounts> = counted
            .iter()
            .map(|key| (*key, counts(*key, channel, &hits)))
            .collect();
        for (key, result) in aside.iter().zip(results) {
            by_key.insert(*key, counts(*key, channel, &result));
        }
        let wanted = count(question.limit);
        let total = hits
            .estimated_total_hits
            .and_then(|total| u64::try_from(total).ok());
        Ok(Answer {
            has_more: hits.hits.len() > wanted,
            product_ids: hits
                .hits
                .into_iter()
                .take(wanted)
                .map(|hit| hit.result.id)
                .collect(),
            total: total.filter(|_| question.with_total),
            facets: question
                .facets
                .iter()
                .filter_map(|key| by_key.remove(key))
                .collect(),
        })
    }
}

/// Whether the server has no such index: it was wiped.
fn is_missing(error: &ServerError) -> bool {
    matches!(error, ServerError::Meilisearch(refusal) if refusal.error_code == ErrorCode::IndexNotFound)
}

fn query<'a>(
    index: &'a Index,
    question: &'a Question,
    filter: &'a str,
    facets: &'a [&'a str],
) -> SearchQuery<'a, meilisearch_sdk::DefaultHttpClient> {
    // By relevance, hits with only some of the words may follow; in any other order they would come in between.
    let strategy = if question.order == HitOrder::Relevance {
        MatchingStrategies::LAST
    } else {
        MatchingStrategies::ALL
    };
    let mut query = SearchQuery::new(index);
    query
        .with_query(&question.text)
        .with_filter(filter)
        .with_facets(Selectors::Some(facets))
        .with_attributes_to_retrieve(Selectors::Some(&[field::ID]))
        .with_matching_strategy(strategy);
    query
}

fn sort(order: HitOrder, channel: Uuid, is_browsing: bool) -> Vec<String> {
    match order {
        HitOrder::Relevance if !is_browsing => Vec::new(),
        HitOrder::Relevance | HitOrder::Newest => {
            vec![format!("{}:desc", field::published_at(channel))]
        }
        HitOrder::Name => vec![format!("{}:asc", field::SORT_TITLE)],
        HitOrder::PriceAscending => vec![format!("{}:asc", field::min_price(channel))],
        HitOrder::PriceDescending => vec![format!("{}:desc", field::max_price(channel))],
    }
}

fn fields(keys: &[FacetKey], channel: Uuid) -> Vec<String> {
    let mut fields = Vec::with_capacity(keys.len());
    for key in keys {
        match key {
            FacetKey::Brand => fields.push(field::BRAND.to_owned()),
            FacetKey::Category => fields.push(field::CATEGORIES.to_owned()),
            FacetKey::Collection => fields.push(field::COLLECTIONS.to_owned()),
            FacetKey::Tag => fields.push(field::TAGS.to_owned()),
            FacetKey::Available => fields.push(field::AVAILABLE.to_owned()),
            FacetKey::Price => {
                fields.extend([field::min_price(channel), field::max_price(channel)]);
            }
        }
    }
    fields
}

fn counts(key: FacetKey, channel: Uuid, result: &SearchResults<Hit>) -> FacetCounts {
    let bound = |field: String, bound: fn(&meilisearch_sdk::search::FacetStats) -> f64| {
        let stats = result.facet_stats.as_ref()?.get(&field)?;
        format!("{:.0}", bound(stats)).parse().ok()
    };
    let (min_minor, max_minor) = match key {
        FacetKey::Price => (
            bound(field::min_price(channel), |stats| stats.min),
            bound(field::max_price(channel), |stats| stats.max),
        ),
        FacetKey::Brand
        | FacetKey::Category
        | FacetKey::Collection
        | FacetKey::Tag
        | FacetKey::Available => (None, None),
    };
    let values = match key {
        FacetKey::Price => Vec::new(),
        FacetKey::Brand => values(result, field::BRAND, |text| {
            Some(FacetValue::Text(shown_text(text)))
        }),
        FacetKey::Tag => values(result, field::TAGS, |text| {
            Some(FacetValue::Text(shown_text(text)))
        }),
        FacetKey::Category => values(result, field::CATEGORIES, |text| {
            Uuid::try_parse(text).ok().map(FacetValue::Id)
        }),
        FacetKey::Collection => values(result, field::COLLECTIONS, |text| {
            Uuid::try_parse(text).ok().map(FacetValue::Id)
        }),
        FacetKey::Available => values(result, field::AVAILABLE, |text| {
            text.parse().ok().map(FacetValue::Flag)
        }),
    };
    FacetCounts {
        key,
        values,
        min_minor,
        max_minor,
    }
}

fn values(
    result: &SearchResults<Hit>,
    field: &str,
    read: fn(&str) -> Option<FacetValue>,
) -> Vec<(FacetValue, u64)> {
    let Some(distribution) = result
        .facet_distribution
        .as_ref()
        .and_then(|facets| facets.get(field))
    else {
        return Vec::new();
    };
    let mut counted: Vec<(&String, usize)> = distribution
        .iter()
        .map(|(text, hits)| (text, *hits))
        .collect();
    counted.sort_by(|(one, more), (other, fewer)| fewer.cmp(more).then(one.cmp(other)));
    counted
        .into_iter()
        .filter_map(|(text, hits)| Some((read(text)?, u64::try_from(hits).ok()?)))
        .collect()
}

fn count(number: u64) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
