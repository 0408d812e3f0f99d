use async_graphql::{Enum, ID, InputObject};
use domain::id::{CategoryId, CollectionId, ProductId, TypedId};
use domain::money::Money;
use uuid::Uuid;

use super::product::ProductStatus;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::graphql::money::DecimalRangeInput;
use crate::graphql::scalar::Decimal;
use crate::service::catalog::{self, ProductOrder};

/// Narrows products; all given parts must hold.
#[derive(Clone, Debug, Default, InputObject)]
pub struct ProductFilter {
    /// Any of these products.
    pub ids: Option<Vec<ID>>,
    /// In any of these categories or below.
    pub category_ids: Option<Vec<ID>>,
    /// In any of these collections.
    pub collection_ids: Option<Vec<ID>>,
    /// With any of these labels.
    pub tags: Option<Vec<String>>,
    /// Of any of these makers.
    pub brands: Option<Vec<String>>,
    /// Price between bounds.
    pub price: Option<DecimalRangeInput>,
    /// Whether it can be bought now.
    pub available: Option<bool>,
    /// In these states. Needs permission PRODUCT_READ.
    pub status: Option<Vec<ProductStatus>>,
}

/// Orders of products.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub enum ProductSort {
    /// Best match first.
    Relevance,
    /// Newest first.
    Newest,
    /// By name.
    Name,
    /// Cheapest first.
    PriceAsc,
    /// Dearest first.
    PriceDesc,
}

/// Most values of one part of a filter.
const MAX_VALUES: usize = 200;

impl ProductFilter {
    /// Reads the filter for a list in the viewer's channel.
    pub(in crate::graphql) fn read(self, viewer: &Viewer) -> Result<catalog::ProductFilter> {
        let (min, max) = self
            .price
            .map_or((None, None), |range| (range.min, range.max));
        let bound = |bound: Option<Decimal>, name| {
            bound
                .map(|amount| minor(&amount, viewer).ok_or_else(|| bad_bound(name)))
                .transpose()
        };
        Ok(catalog::ProductFilter {
            ids: ids::<ProductId>("ids", self.ids)?,
            category_ids: ids::<CategoryId>("categoryIds", self.category_ids)?,
            collection_ids: ids::<CollectionId>("collectionIds", self.collection_ids)?,
            tags: at_most("tags", self.tags)?,
            brands: at_most("brands", self.brands)?,
            min_price_minor: bound(min, "min")?,
            max_price_minor: bound(max, "max")?,
            available: self.available,
            status: self
                .status
                .map(|states| states.into_iter().map(Into::into).collect()),
        })
    }
}

fn minor(amount: &Decimal, viewer: &Viewer) -> Option<i64> {
    Money::parse(&amount.0.normalize().to_string(), viewer.channel.currency.0)
        .ok()
        .map(|money| money.minor)
}

fn bad_bound(name: &str) -> Error {
    Error::invalid(
        &["filter", "price", name],
        "an amount in the shop's currency, with no more decimals than it has",
    )
}

fn ids<T: TypedId>(name: &'static str, ids: Option<Vec<ID>>) -> Result<Option<Vec<Uuid>>> {
    let Some(ids) = at_most(name, ids)? else {
        return Ok(None);
    };
    let parse = |id: &ID| {
        T::parse(id).map_err(|error| Error::invalid(&["filter", name], error.to_string()))
    };
    let ids: Result<Vec<Uuid>> = ids.iter().map(|id| Ok(parse(id)?.uuid())).collect();
    ids.map(Some)
}

fn at_most<T>(name: &'static str, values: Option<Vec<T>>) -> Result<Option<Vec<T>>> {
    if values
        .as_ref()
        .is_some_and(|values| values.len() > MAX_VALUES)
    {
        return Err(Error::invalid(
            &["filter", name],
            format!("at most {MAX_VALUES} values are taken"),
        ));
    }
    Ok(values)
}

impl ProductSort {
    /// The order of a list that was not searched for: relevance is then the list's own order.
    pub(super) fn order(self) -> Option<ProductOrder> {
        match self {
            Self::Relevance => None,
            Self::Newest => Some(ProductOrder::Newest),
            Self::Name => Some(ProductOrder::Name),
            Self::PriceAsc => Some(ProductOrder::PriceAsc),
            Self::PriceDesc => Some(ProductOrder::PriceDesc),
        }
    }
}
