//! What a search shows.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, Enum, Object, Result, SimpleObject};
use domain::id::{CategoryId, CollectionId};
use domain::locale::Locale;
use domain::money::Money;
use uuid::Uuid;

use crate::graphql::catalog::{Category, Product};
use crate::graphql::connection::PageInfo;
use crate::graphql::error::say;
use crate::graphql::limits::meter::Metered;
use crate::graphql::scalar::Decimal;
use crate::search::{FacetKey, FacetValue};
use crate::service::catalog::ProductView;
use crate::service::search::{Facet, FacetLabel, Found, IndexState};

/// Hits of a search; price, stock and visibility are read from the database, not the index.
pub struct SearchHitConnection {
    edges: Vec<SearchHitEdge>,
    page_info: PageInfo,
    total_count: Option<i32>,
    facets: Vec<SearchFacet>,
    degraded: bool,
    suggested_query: Option<String>,
}

impl SearchHitConnection {
    /// Joins hits with their products; one that is gone since the search a moment ago is no longer a hit.
    pub(super) fn new(
        found: Found,
        products: &HashMap<Uuid, Arc<ProductView>>,
        locale: &Locale,
    ) -> Self {
        let page_info = PageInfo::of(&found.hits);
        let edges = found.hits.rows.into_iter().filter_map(|(cursor, hit)| {
            let node = Product(Arc::clone(products.get(&hit.product_id)?));
            Some(SearchHitEdge {
                node,
                cursor,
                highlight: hit.highlight,
            })
        });
        Self {
            edges: edges.collect(),
            page_info,
            total_count: found.hits.total.map(int),
            facets: found
                .facets
                .into_iter()
                .map(|facet| SearchFacet::new(facet, locale))
                .collect(),
            degraded: found.degraded,
            suggested_query: found.suggested_query,
        }
    }
}

/// Hits of a search; price, stock and visibility are read from the database, not the index.
#[Object]
impl SearchHitConnection {
    /// Rows with cursors.
    fn edges(&self) -> &[SearchHitEdge] {
        &self.edges
    }

    /// Rows.
    fn nodes(&self) -> Vec<&Product> {
        self.edges.iter().map(|edge| &edge.node).collect()
    }

    /// Paging.
    fn page_info(&self) -> &PageInfo {
        &self.page_info
    }

    /// All rows, null if costly.
    fn total_count(&self) -> Option<i32> {
        self.total_count
    }

    /// Counts for the facets you asked.
    fn facets(&self, ctx: &Context<'_>) -> Result<&[SearchFacet]> {
        ctx.meter(self.facets.len())?;
        Ok(&self.facets)
    }

    /// Whether the stand-in answered because the engine is down: no typo help.
    fn degraded(&self) -> bool {
        self.degraded
    }

    /// What was probably meant, null when the query looks right.
    fn suggested_query(&self) -> Option<&str> {
        self.suggested_query.as_deref()
    }
}

/// One hit.
pub struct SearchHitEdge {
    node: Product,
    cursor: String,
    highlight: Option<String>,
}

/// One hit.
#[Object]
impl SearchHitEdge {
    /// The product.
    fn node(&self) -> &Product {
        &self.node
    }

    /// Its place.
    fn cursor(&self) -> &str {
        &self.cursor
    }

    /// Where it matched, as HTML with <em>.
    fn highlight(&self) -> Option<&str> {
        self.highlight.as_deref()
    }
}

/// One facet.
pub struct SearchFacet {
    key: FacetKey,
    name: String,
    values: Vec<SearchFacetValue>,
    prices: Option<(Money, Money)>,
}

impl SearchFacet {
    fn new(facet: Facet, locale: &Locale) -> Self {
        Self {
            key: facet.key,
            name: name(facet.key, locale),
            values: facet
                .values
                .into_iter()
                .map(|value| SearchFacetValue::new(facet.key, value, locale))
                .collect(),
            prices: facet.prices,
        }
    }
}

/// One facet.
#[Object]
impl SearchFacet {
    /// Key to use in the filter.
    fn key(&self) -> &str {
        self.key.as_str()
    }

    /// Name to show.
    fn name(&self) -> &str {
        &self.name
    }

    /// Most frequent first.
    fn values(&self, ctx: &Context<'_>) -> Result<&[SearchFacetValue]> {
        ctx.meter(self.values.len())?;
        Ok(&self.values)
    }

    /// Lowest number.
    fn min(&self) -> Option<Decimal> {
        self.prices.map(|(lowest, _)| amount(lowest))
    }

    /// Highest number.
    fn max(&self) -> Option<Decimal> {
        self.prices.map(|(_, highest)| amount(highest))
    }
}

/// One value of a facet.
#[derive(SimpleObject)]
pub struct SearchFacetValue {
    /// Value to use in the filter.
    pub value: String,
    /// Text to show.
    pub label: String,
    /// Hits with it, this facet's filter aside.
    pub count: i32,
    /// In your filter.
    pub selected: bool,
}

impl SearchFacetValue {
    fn new(key: FacetKey, label: FacetLabel, locale: &Locale) -> Self {
        let value = match &label.value {
            FacetValue::Text(text) => text.clone(),
            FacetValue::Id(id) if key == FacetKey::Collection => {
                CollectionId::from(*id).to_string()
            }
            FacetValue::Id(id) => CategoryId::from(*id).to_string(),
            FacetValue::Flag(flag) => flag.to_string(),
        };
        let text = match (&label.value, label.name) {
            (FacetValue::Flag(true), _) => say(locale, "Available", "有货"),
            (FacetValue::Flag(false), _) => say(locale, "Not available", "缺货"),
            (FacetValue::Text(_) | FacetValue::Id(_), Some(name)) => name,
            (FacetValue::Text(_) | FacetValue::Id(_), None) => value.clone(),
        };
        Self {
            value,
            label: text,
            count: int(label.count),
            selected: label.is_selected,
        }
    }
}

/// Completions.
pub struct SearchSuggestions {
    pub(super) queries: Vec<String>,
    pub(super) products: Vec<Product>,
    pub(super) categories: Vec<Category>,
}

/// Completions.
#[Object]
impl SearchSuggestions {
    /// Whole queries.
    fn queries(&self) -> &[String] {
        &self.queries
    }

    /// Products.
    fn products(&self, ctx: &Context<'_>) -> Result<&[Product]> {
        ctx.meter(self.products.len())?;
        Ok(&self.products)
    }

    /// Categories.
    fn categories(&self, ctx: &Context<'_>) -> Result<&[Category]> {
        ctx.meter(self.categories.len())?;
        Ok(&self.categories)
    }
}

/// Health of the search index.
#[derive(SimpleObject)]
pub struct SearchIndexState {
    /// Engine in use.
    pub engine: SearchEngine,
    /// Products in the index.
    pub documents: i32,
    /// Changes not indexed yet.
    pub pending: i32,
    /// Age of the oldest such change.
    pub lag_seconds: i32,
    /// Last failure.
    pub last_error: Option<String>,
}

impl From<IndexState> for SearchIndexState {
    fn from(state: IndexState) -> Self {
        Self {
            engine: if state.is_meilisearch {
                SearchEngine::Meilisearch
            } else {
                SearchEngine::Embedded
            },
            documents: int(state.documents),
            pending: int(state.pending),
            lag_seconds: int(state.lag_seconds),
            last_error: state.last_error,
        }
    }
}

/// Search engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum SearchEngine {
    /// A Meilisearch server.
    Meilisearch,
    /// Built into the program.
    Embedded,
}

fn name(key: FacetKey, locale: &Locale) -> String {
    match key {
        FacetKey::Brand => say(locale, "Brand", "品牌"),
        FacetKey::Category => say(locale, "Category", "分类"),
        FacetKey::Collection => say(locale, "Collection", "系列"),
        FacetKey::Tag => say(locale, "Tag", "标签"),
        FacetKey::Price => say(locale, "Price", "价格"),
        FacetKey::Available => say(locale, "Availability", "库存"),
    }
}

/// An amount in major units.
fn amount(money: Money) -> Decimal {
    Decimal(rust_decimal::Decimal::new(
        money.minor,
        money.currency.exponent(),
    ))
}

/// A count within GraphQL's integers.
fn int(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}
