//! Finding products: the engine in use answers, the built-in one when it cannot, and the database has the last word.

use std::collections::{HashMap, HashSet};

use domain::money::{Currency, Money};
use domain::permission::Permission;
use entity::{category_translation, collection_translation, product_translation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use uuid::Uuid;

use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::search::{
    Answer, CatalogIndex, FacetCounts, FacetKey, FacetValue, Filter, HitOrder, IndexError,
    Question, WINDOW, highlight, plain_text, query_words,
};
use crate::service::page::{Direction, Page, PageRequest, encode_cursor};
use crate::state::AppState;

/// Longest query heard, in characters.
const MAX_QUERY: usize = 500;

/// What a viewer looks for.
#[derive(Clone, Debug)]
pub struct Find {
    /// What was typed; empty browses.
    pub query: String,
    /// What hits must be.
    pub filter: Filter,
    /// Order of hits.
    pub order: HitOrder,
    /// Keys of the facets to count.
    pub facets: Vec<String>,
    /// Which hits.
    pub page: PageRequest,
    /// Whether to say where hits matched.
    pub with_highlights: bool,
}

/// What was found.
#[derive(Clone, Debug)]
pub struct Found {
    /// The hits; their `total` is an estimate with a search server.
    pub hits: Page<Hit>,
    /// Counts, in the order asked.
    pub facets: Vec<Facet>,
    /// Whether the stand-in answered.
    pub degraded: bool,
    /// What was probably meant; null unless nothing was found.
    pub suggested_query: Option<String>,
}

/// A hit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// The product.
    pub product_id: Uuid,
    /// Where it matched, as HTML; null when not asked for or in none of the texts.
    pub highlight: Option<String>,
}

/// Counts of one facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    /// Which.
    pub key: FacetKey,
    /// Its values, most frequent first.
    pub values: Vec<FacetLabel>,
    /// Lowest and highest price; null for other facets and without any hit.
    pub prices: Option<(Money, Money)>,
}

/// One value of a facet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FacetLabel {
    /// The value.
    pub value: FacetValue,
    /// Name of a category or collection; null for values that name themselves.
    pub name: Option<String>,
    /// Hits with it.
    pub count: u64,
    /// Whether the filter asks for it.
    pub is_selected: bool,
}

/// The stretch of hits a page wants, as positions from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stretch {
    start: u64,
    limit: u64,
}

/// Finds products.
///
/// # Errors
/// [`Error::Invalid`] for an unknown facet, a foreign cursor or an endless query; [`Error::Unauthenticated`] and
/// [`Error::Forbidden`] when the filter names states without permission `PRODUCT_READ`; [`Error::Unavailable`] only when
/// both engines failed.
pub async fn find(app: &AppState, viewer: &Viewer, find: Find) -> Result<Found> {
    if find.filter.statuses.is_some() {
        viewer.require(Permission::ProductRead)?;
    }
    if find.query.chars().nth(MAX_QUERY).is_some() {
        return Err(Error::invalid(
            &["query"],
            format!("a query has at most {MAX_QUERY} characters"),
        ));
    }
    let mut question = Question {
        text: find.query.trim_start().to_owned(),
        locale: viewer.locale.as_str().to_owned(),
        channel_id: viewer.channel.id,
        now: app.clock.now(),
        facets: facet_keys(&find.facets)?,
        filter: find.filter,
        order: find.order,
        offset: 0,
        limit: 0,
        with_total: find.page.with_total,
    };
    let cursor: Option<u64> = find.page.position()?;
    let end = match (find.page.direction, cursor) {
        (Direction::Backward, None) => Some(count(app, &question).await?.min(WINDOW)),
        (Direction::Backward, Some(position)) => Some(position),
        (Direction::Forward, _) => None,
    };
    let stretch = stretch(&find.page, cursor, end);
    question.offset = stretch.start;
    question.limit = stretch.limit;
    let (answer, degraded) = ask(app, &question).await?;
    let facets = label(app, viewer, &question, &answer.facets).await?;
    let highlights = if find.with_highlights {
        highlights(app, viewer, &question.text, &answer.product_ids).await?
    } else {
        HashMap::new()
    };
    let is_empty = answer.product_ids.is_empty() && stretch.start == 0 && stretch.limit > 0;
    let suggested_query = if is_empty {
        app.search
            .embedded
            .correct(&question)
            .await
            .map_err(failure)?
    } else {
        None
    };
    Ok(Found {
        hits: page(&find.page, stretch, answer, highlights)?,
        facets,
        degraded,
        suggested_query,
    })
}

/// Asks the engine in use, else its stand-in; hits of a search server are checked against the database.
pub(super) async fn ask(app: &AppState, question: &Question) -> Result<(Answer, bool)> {
    let Some(meilisearch) = &app.search.meilisearch else {
        return Ok((
            app.search.embedded.find(question).await.map_err(failure)?,
            false,
        ));
    };
    match meilisearch.find(question).await {
        Ok(answer) => Ok((confirmed(app, question, answer).await?, false)),
        Err(error) => {
            tracing::warn!(error = %error, "search is answered by the built-in engine");
            Ok((
                app.search.embedded.find(question).await.map_err(failure)?,
                true,
            ))
        }
    }
}

/// Keeps of an index's hits what the database says they are: visible, in the channel, within the filter.
async fn confirmed(app: &AppState, question: &Question, mut answer: Answer) -> Result<Answer> {
    if answer.product_ids.is_empty() {
        return Ok(answer);
    }
    let mut filter = question.filter.clone();
    filter.product_ids = Some(answer.product_ids.clone());
    let check = Question {
        text: String::new(),
        filter,
        order: HitOrder::Newest,
        facets: Vec::new(),
        offset: 0,
        with_total: false,
        ..question.clone()
    };
    let seen: HashSet<Uuid> = app
        .search
        .embedded
        .find(&check)
        .await
        .map_err(failure)?
        .product_ids
        .into_iter()
        .collect();
    answer.product_ids.retain(|id| seen.contains(id));
    Ok(answer)
}

fn failure(error: IndexError) -> Error {
    match error {
        IndexError::Database(error) => error,
        IndexError::Slow(_)
        | IndexError::Resting
        | IndexError::Denied(_)
        | IndexError::Server(_) => Error::Unavailable("search"),
    }
}

async fn count(app: &AppState, question: &Question) -> Result<u64> {
    let counting = Question {
        facets: Vec::new(),
        with_total: true,
        ..question.clone()
    };
    Ok(ask(app, &counting).await?.0.total.unwrap_or(0))
}

fn facet_keys(keys: &[String]) -> Result<Vec<FacetKey>> {
    let mut known = Vec::with_capacity(keys.len());
    for (index, key) in keys.iter().enumerate() {
        let Some(key) = FacetKey::parse(key) else {
            let all: Vec<&str> = FacetKey::ALL.iter().map(|key| key.as_str()).collect();
            return Err(Error::invalid(
                &["facets", &index.to_string()],
                format!("{key:?} is none of {}", all.join(", ")),
            ));
        };
        if !known.contains(&key) {
            known.push(key);
        }
    }
    Ok(known)
}

/// Where a page lies; hits beyond the window are not shown.
fn stretch(page: &PageRequest, cursor: Option<u64>, end: Option<u64>) -> Stretch {
    if let Some(end) = end {
        let end = end.min(WINDOW);
        let start = end.saturating_sub(page.limit);
        return Stretch {
            start,
            limit: end - start,
        };
    }
    let start = cursor
        .map_or(0, |position| position.saturating_add(1))
        .min(WINDOW);
    Stretch {
        start,
        limit: page.limit.min(WINDOW - start),
    }
}

fn page(
    request: &PageRequest,
    stretch: Stretch,
    answer: Answer,
    mut highlights: HashMap<Uuid, String>,
) -> Result<Page<Hit>> {
    let end = stretch.start.saturating_add(stretch.limit);
    let has_next = match request.direction {
        Direction::Forward => answer.has_more && end < WINDOW,
        Direction::Backward => request.cursor.is_some(),
    };
    let mut rows = Vec::with_capacity(answer.product_ids.len());
    for (product_id, position) in answer.product_ids.into_iter().zip(stretch.start..) {
        let highlight = highlights.remove(&product_id);
        rows.push((
            encode_cursor(&position)?,
            Hit {
                product_id,
                highlight,
            },
        ));
    }
    Ok(Page {
        rows,
        has_next,
        has_previous: stretch.start > 0,
        total: answer.total,
    })
}

/// Gives categories and collections their names, and marks what the filter asks for.
async fn label(
    app: &AppState,
    viewer: &Viewer,
    question: &Question,
    facets: &[FacetCounts],
) -> Result<Vec<Facet>> {
    let names = names(app, viewer, facets).await?;
    let currency = *viewer.channel.currency;
    Ok(facets
        .iter()
        .map(|facet| labelled(facet, &question.filter, &names, currency))
        .collect())
}

fn labelled(
    facet: &FacetCounts,
    filter: &Filter,
    names: &HashMap<Uuid, String>,
    currency: Currency,
) -> Facet {
    let values = facet.values.iter().filter_map(|(value, count)| {
        let name = match value {
            // One that is gone since the index was written has no name and is left out.
            FacetValue::Id(id) => Some(names.get(id)?.clone()),
            FacetValue::Text(_) | FacetValue::Flag(_) => None,
        };
        Some(FacetLabel {
            value: value.clone(),
            name,
            count: *count,
            is_selected: is_selected(facet.key, value, filter),
        })
    });
    let price = |minor: i64| Money { minor, currency };
    Facet {
        key: facet.key,
        values: values.collect(),
        prices: facet
            .min_minor
            .zip(facet.max_minor)
            .map(|(lowest, highest)| (price(lowest), price(highest))),
    }
}

fn is_selected(key: FacetKey, value: &FacetValue, filter: &Filter) -> bool {
    let has_text = |texts: &Option<Vec<String>>| matches!(value, FacetValue::Text(text) if texts.iter().flatten().any(|wanted| wanted == text));
    let has_id = |ids: &Option<Vec<Uuid>>| matches!(value, FacetValue::Id(id) if ids.iter().flatten().any(|wanted| wanted == id));
    match key {
        FacetKey::Brand => has_text(&filter.brands),
        FacetKey::Tag => has_text(&filter.tags),
        FacetKey::Category => has_id(&filter.category_ids),
        FacetKey::Collection => has_id(&filter.collection_ids),
        FacetKey::Available => {
            matches!(value, FacetValue::Flag(flag) if filter.available == Some(*flag))
        }
        FacetKey::Price => false,
    }
}

/// Names of the categories and collections counted, in the viewer's language, else the channel's.
async fn names(
    app: &AppState,
    viewer: &Viewer,
    facets: &[FacetCounts],
) -> Result<HashMap<Uuid, String>> {
    let ids_of = |key: FacetKey| -> Vec<Uuid> {
        let values = facets
            .iter()
            .filter(|facet| facet.key == key)
            .flat_map(|facet| &facet.values);
        values
            .filter_map(|(value, _)| match value {
                FacetValue::Id(id) => Some(*id),
                FacetValue::Text(_) | FacetValue::Flag(_) => None,
            })
            .collect()
    };
    let mut texts: Vec<(Uuid, String, String)> = Vec::new();
    let categories = ids_of(FacetKey::Category);
    if !categories.is_empty() {
        let rows = category_translation::Entity::find()
            .filter(category_translation::Column::CategoryId.is_in(categories))
            .all(app.database.read())
            .await?;
        texts.extend(
            rows.into_iter()
                .map(|row| (row.category_id, row.locale, row.name)),
        );
    }
    let collections = ids_of(FacetKey::Collection);
    if !collections.is_empty() {
        let rows = collection_translation::Entity::find()
            .filter(collection_translation::Column::CollectionId.is_in(collections))
            .all(app.database.read())
            .await?;
        texts.extend(
            rows.into_iter()
                .map(|row| (row.collection_id, row.locale, row.name)),
        );
    }
    Ok(best_texts(viewer, texts))
}

/// For each object its text in the viewer's language, else the channel's default, else any.
pub(super) fn best_texts<T>(viewer: &Viewer, texts: Vec<(Uuid, String, T)>) -> HashMap<Uuid, T> {
    let rank = |locale: &str| match locale {
        locale if locale == viewer.locale.as_str() => 0_u8,
        locale if locale == viewer.channel.default_locale => 1,
        _ => 2,
    };
    let mut best: HashMap<Uuid, (u8, T)> = HashMap::new();
    for (id, locale, text) in texts {
        let rank = rank(&locale);
        if best.get(&id).is_none_or(|(known, _)| rank < *known) {
            best.insert(id, (rank, text));
        }
    }
    best.into_iter().map(|(id, (_, text))| (id, text)).collect()
}

/// Where hits matched: in the name, else in the description.
async fn highlights(
    app: &AppState,
    viewer: &Viewer,
    query: &str,
    ids: &[Uuid],
) -> Result<HashMap<Uuid, String>> {
    let words = query_words(query);
    if words.is_empty() || ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows = product_translation::Entity::find()
        .filter(product_translation::Column::ProductId.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?;
    let texts = best_texts(
        viewer,
        rows.into_iter()
            .map(|row| (row.product_id, row.locale.clone(), row))
            .collect(),
    );
    let marked = texts.into_iter().filter_map(|(id, row)| {
        let in_name = highlight(&row.name, &words);
        let html =
            in_name.or_else(|| highlight(&plain_text(row.description.as_deref()?), &words))?;
        Some((id, html))
    });
    Ok(marked.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(first: Option<i32>, last: Option<i32>) -> PageRequest {
        PageRequest::try_new(first, None, last, None).unwrap()
    }

    #[test]
    fn pages_stay_within_the_window() {
        let cases = [
            (request(Some(20), None), None, None, (0, 20)),
            (request(Some(20), None), Some(19), None, (20, 20)),
            (request(Some(20), None), Some(989), None, (990, 10)),
            (request(Some(20), None), Some(u64::MAX), None, (1_000, 0)),
            (request(None, Some(20)), None, Some(7), (0, 7)),
            (request(None, Some(20)), None, Some(1_000), (980, 20)),
            (request(None, Some(20)), Some(30), Some(30), (10, 20)),
        ];
        for (page, cursor, end, (start, limit)) in cases {
            assert_eq!(
                stretch(&page, cursor, end),
                Stretch { start, limit },
                "{page:?} {cursor:?} {end:?}"
            );
        }
    }

    #[test]
    fn unknown_facets_are_named() {
        let error = facet_keys(&["brand".to_owned(), "colour".to_owned()]).unwrap_err();
        assert_eq!(
            error.to_string(),
            "\"colour\" is none of brand, category, collection, tag, price, available"
        );
    }
}
