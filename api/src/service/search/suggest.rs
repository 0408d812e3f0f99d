//! Completing what is being typed: queries, products and categories.

use std::collections::HashMap;

use entity::{category_translation, product_translation};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::find::{ask, best_texts};
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::search::{Filter, HitOrder, Question, Word, complete, query_words};
use crate::state::AppState;

/// Most of each kind.
const MAX_SUGGESTIONS: u64 = 20;
/// Longest beginning heard, in characters.
const MAX_PREFIX: usize = 100;
/// Most category names looked through; a shop has far fewer.
const MAX_CATEGORY_NAMES: u64 = 5_000;

/// What is being typed.
#[derive(Clone, Debug)]
pub struct Suggest {
    /// First letters.
    pub prefix: String,
    /// How many of each kind, 1 to 20.
    pub limit: u64,
}

/// How it may go on.
#[derive(Clone, Debug, Default)]
pub struct Suggestions {
    /// Whole queries.
    pub queries: Vec<String>,
    /// Products.
    pub product_ids: Vec<Uuid>,
    /// Categories.
    pub category_ids: Vec<Uuid>,
}

/// Completes what is being typed; without any word in it there is nothing to complete.
///
/// # Errors
/// [`Error::Invalid`] for a limit outside 1 to 20 or an endless beginning; [`Error::Unavailable`] when both engines
/// failed.
pub async fn suggest(app: &AppState, viewer: &Viewer, suggest: Suggest) -> Result<Suggestions> {
    if suggest.limit == 0 || suggest.limit > MAX_SUGGESTIONS {
        return Err(Error::invalid(
            &["first"],
            format!("`first` is 1 to {MAX_SUGGESTIONS}"),
        ));
    }
    if suggest.prefix.chars().nth(MAX_PREFIX).is_some() {
        return Err(Error::invalid(
            &["prefix"],
            format!("`prefix` has at most {MAX_PREFIX} characters"),
        ));
    }
    crate::search::prepare_words(&suggest.prefix).await;
    let prefix = suggest.prefix.trim();
    let words = query_words(prefix);
    if words.is_empty() {
        return Ok(Suggestions::default());
    }
    let question = Question {
        text: prefix.to_owned(),
        locale: viewer.locale.as_str().to_owned(),
        channel_id: viewer.channel.id,
        now: app.clock.now(),
        filter: Filter::default(),
        order: HitOrder::Relevance,
        facets: Vec::new(),
        offset: 0,
        limit: suggest.limit,
        with_total: false,
    };
    let product_ids = ask(app, &question).await?.0.product_ids;
    Ok(Suggestions {
        queries: queries(app, viewer, &words, &product_ids, suggest.limit).await?,
        category_ids: categories(app, viewer, &words, suggest.limit).await?,
        product_ids,
    })
}

/// The beginning completed with words of the names of the products found.
async fn queries(
    app: &AppState,
    viewer: &Viewer,
    words: &[Word],
    product_ids: &[Uuid],
    limit: u64,
) -> Result<Vec<String>> {
    if product_ids.is_empty() {
        return Ok(Vec::new());
    }
    let rows = product_translation::Entity::find()
        .filter(product_translation::Column::ProductId.is_in(product_ids.iter().copied()))
        .all(app.database.read())
        .await?;
    let names: HashMap<Uuid, String> = best_texts(
        viewer,
        rows.into_iter()
            .map(|row| (row.product_id, row.locale, row.name))
            .collect(),
    );
    let mut queries: Vec<String> = Vec::new();
    for query in product_ids
        .iter()
        .filter_map(|id| complete(names.get(id)?, words))
    {
        if !queries.contains(&query) {
            queries.push(query);
        }
    }
    queries.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    Ok(queries)
}

/// The categories whose name has all the words.
async fn categories(
    app: &AppState,
    viewer: &Viewer,
    words: &[Word],
    limit: u64,
) -> Result<Vec<Uuid>> {
    let rows = category_translation::Entity::find()
        .filter(category_translation::Column::Locale.is_in([
            viewer.locale.as_str(),
            viewer.channel.default_locale.as_str(),
        ]))
        .order_by_asc(category_translation::Column::CategoryId)
        .limit(MAX_CATEGORY_NAMES)
        .all(app.database.read())
        .await?;
    let names: HashMap<Uuid, String> = best_texts(
        viewer,
        rows.into_iter()
            .map(|row| (row.category_id, row.locale, row.name))
            .collect(),
    );
    let mut found: Vec<(Uuid, String)> = names
        .into_iter()
        .filter(|(_, name)| complete(name, words).is_some())
        .collect();
    found.sort_by(|(one_id, one), (other_id, other)| one.cmp(other).then(one_id.cmp(other_id)));
    Ok(found
        .into_iter()
        .map(|(id, _)| id)
        .take(usize::try_from(limit).unwrap_or(usize::MAX))
        .collect())
}
