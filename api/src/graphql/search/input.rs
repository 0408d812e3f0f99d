//! What a search is given.

use crate::graphql::catalog::ProductSort;
use crate::search::{Filter, HitOrder};
use crate::service::catalog::ProductFilter;

/// The catalog's filter, as an engine reads it.
pub(super) fn hit_filter(filter: ProductFilter) -> Filter {
    let ProductFilter {
        ids,
        category_ids,
        collection_ids,
        tags,
        brands,
        min_price_minor,
        max_price_minor,
        available,
        status,
    } = filter;
    Filter {
        product_ids: ids,
        category_ids,
        collection_ids,
        tags,
        brands,
        min_price_minor,
        max_price_minor,
        available,
        statuses: status,
    }
}

/// The order asked for; the best match comes first when none is.
pub(super) fn hit_order(sort: Option<ProductSort>) -> HitOrder {
    match sort {
        None | Some(ProductSort::Relevance) => HitOrder::Relevance,
        Some(ProductSort::Newest) => HitOrder::Newest,
        Some(ProductSort::Name) => HitOrder::Name,
        Some(ProductSort::PriceAsc) => HitOrder::PriceAscending,
        Some(ProductSort::PriceDesc) => HitOrder::PriceDescending,
    }
}
