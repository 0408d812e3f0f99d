use super::category::Category;
use super::collection::Collection;
use super::error::CatalogUserError;
use super::product::Product;
use super::variant::ProductVariant;
use crate::graphql::limits::meter::Listed;
use crate::graphql::payload::payloads;

payloads! {
    CatalogUserError;

    /// Result of productCreate.
    ProductCreatePayload { product: Product }

    /// Result of productUpdate.
    ProductUpdatePayload { product: Product }

    /// Result of productPublish.
    ProductPublishPayload { product: Product }

    /// Result of productArchive.
    ProductArchivePayload { product: Product }

    /// Result of bundleSet.
    BundleSetPayload { variant: ProductVariant }

    /// Result of categoriesUpsert.
    CategoriesUpsertPayload { categories: Listed<Category> }

    /// Result of collectionsUpsert.
    CollectionsUpsertPayload { collections: Listed<Collection> }
}
