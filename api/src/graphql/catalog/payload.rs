use async_graphql::SimpleObject;

use super::category::Category;
use super::collection::Collection;
use super::error::CatalogUserError;
use super::product::Product;
use crate::graphql::limits::meter::Listed;

/// Result of productCreate.
#[derive(SimpleObject)]
pub(super) struct ProductCreatePayload {
    /// Null if refused.
    pub product: Option<Product>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}

/// Result of productUpdate.
#[derive(SimpleObject)]
pub(super) struct ProductUpdatePayload {
    /// Null if refused.
    pub product: Option<Product>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}

/// Result of productPublish.
#[derive(SimpleObject)]
pub(super) struct ProductPublishPayload {
    /// Null if refused.
    pub product: Option<Product>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}

/// Result of productArchive.
#[derive(SimpleObject)]
pub(super) struct ProductArchivePayload {
    /// Null if refused.
    pub product: Option<Product>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}

/// Result of categoriesUpsert.
#[derive(SimpleObject)]
pub(super) struct CategoriesUpsertPayload {
    /// Null if refused.
    pub categories: Option<Listed<Category>>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}

/// Result of collectionsUpsert.
#[derive(SimpleObject)]
pub(super) struct CollectionsUpsertPayload {
    /// Null if refused.
    pub collections: Option<Listed<Collection>>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}
