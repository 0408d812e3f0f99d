//! Search over GraphQL; its use cases are in `service::search`, its engines in `search`.

mod input;
mod query;
mod types;

pub use query::SearchQuery;
pub use types::{
    SearchEngine, SearchFacet, SearchFacetValue, SearchHitConnection, SearchHitEdge,
    SearchIndexState, SearchSuggestions,
};
