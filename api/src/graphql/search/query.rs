//! Queries of the search.

use std::sync::Arc;

use async_graphql::{Context, Object, Result};

use super::input::{hit_filter, hit_order};
use super::types::{SearchHitConnection, SearchIndexState, SearchSuggestions};
use crate::graphql::catalog::{Category, Product, ProductFilter, ProductSort};
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::input::paging;
use crate::service::catalog::{categories_by_ids, products_by_ids};
use crate::service::search::{Find, Suggest, find, index_state, suggest};

/// Completions of each kind when `first` is left out.
const DEFAULT_SUGGESTIONS: u64 = 5;

/// The search's queries.
#[derive(Default)]
pub struct SearchQuery;

#[Object]
impl SearchQuery {
    /// Finds products; null only when both the engine and its stand-in failed.
    #[expect(clippy::too_many_arguments, reason = "the public arguments, one each")]
    async fn search(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What the buyer typed; empty browses.")] query: Option<String>,
        #[graphql(desc = "Narrows the hits.")] filter: Option<ProductFilter>,
        #[graphql(desc = "Order of hits.")] sort: Option<ProductSort>,
        #[graphql(desc = "Facet keys to count, such as brand, price or an attribute key.")] facets: Option<Vec<String>>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Option<Result<SearchHitConnection>> {
        let found = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let filter = filter
                .unwrap_or_default()
                .read(viewer)
                .map_err(|error| top_level(&error))?;
            let command = Find {
                query: query.unwrap_or_default(),
                filter: hit_filter(filter),
                order: hit_order(sort),
                facets: facets.unwrap_or_default(),
                page: paging(ctx, first, after, last, before)?,
                with_highlights: ctx.look_ahead().field("edges").field("highlight").exists(),
            };
            let found = find(app, viewer, command)
                .await
                .map_err(|error| top_level(&error))?;
            let ids: Vec<_> = found
                .hits
                .rows
                .iter()
                .map(|(_, hit)| hit.product_id)
                .collect();
            let products = products_by_ids(app, viewer, &ids)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(SearchHitConnection::new(found, &products, &viewer.locale))
        };
        Some(found.await)
    }

    /// Completes what is being typed.
    async fn search_suggest(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "First letters.")] prefix: String,
        #[graphql(desc = "How many of each kind, 1 to 20.")] first: Option<i32>,
    ) -> Option<Result<SearchSuggestions>> {
        let completed = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            // A negative number is refused like nought.
            let limit = first.map_or(DEFAULT_SUGGESTIONS, |first| {
                u64::try_from(first).unwrap_or(0)
            });
            let found = suggest(app, viewer, Suggest { prefix, limit })
                .await
                .map_err(|error| top_level(&error))?;
            let products = products_by_ids(app, viewer, &found.product_ids)
                .await
                .map_err(|error| top_level(&error))?;
            let categories = categories_by_ids(app, viewer, &found.category_ids)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(SearchSuggestions {
                products: found
                    .product_ids
                    .iter()
                    .filter_map(|id| products.get(id).map(Arc::clone).map(Product))
                    .collect(),
                categories: found
                    .category_ids
                    .iter()
                    .filter_map(|id| categories.get(id).map(Arc::clone).map(Category))
                    .collect(),
                queries: found.queries,
            })
        };
        Some(completed.await)
    }

    /// Health of the search index. Needs permission SEARCH_READ.
    async fn search_index_state(&self, ctx: &Context<'_>) -> Option<Result<SearchIndexState>> {
        let state = async {
            let state = index_state(ctx.app()?, ctx.viewer()?)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(state.into())
        };
        Some(state.await)
    }
}
