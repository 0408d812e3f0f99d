use async_graphql::SimpleObject;

use super::category::Category;
use super::collection::Collection;
use super::error::CatalogUserError;
use super::product::Product;

macro_rules! product_payload {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {
        $($(#[$doc])*
        #[derive(SimpleObject)]
        pub(super) struct $name {
            /// Null if refused.
            pub product: Option<Product>,
            /// Why it was refused.
            pub user_errors: Vec<CatalogUserError>,
        })+
    };
}

product_payload! {
    /// Result of productCreate.
    ProductCreatePayload,
    /// Result of productUpdate.
    ProductUpdatePayload,
    /// Result of productPublish.
    ProductPublishPayload,
    /// Result of productArchive.
    ProductArchivePayload,
}

/// Result of categoriesUpsert.
#[derive(SimpleObject)]
pub(super) struct CategoriesUpsertPayload {
    /// Null if refused.
    pub categories: Option<Vec<Category>>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}

/// Result of collectionsUpsert.
#[derive(SimpleObject)]
pub(super) struct CollectionsUpsertPayload {
    /// Null if refused.
    pub collections: Option<Vec<Collection>>,
    /// Why it was refused.
    pub user_errors: Vec<CatalogUserError>,
}
