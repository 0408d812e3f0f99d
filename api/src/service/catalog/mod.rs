//! The catalog: products with variants, categories, collections. Rules: `domain::catalog`, `domain::slug`.
//!
//! Reading gives views: rows loaded together share a batch, and each part of them (texts, variants, stock …) is loaded for
//! the whole batch by one statement when it is first asked for. Writing is in one transaction per use case, which also
//! keeps the price ranges of `product_listing` and tells the search index.

mod error;
mod read;
mod write;

pub use error::{CatalogError, OptionMismatch};
pub(crate) use read::in_categories;
pub use read::{
    CategoryView, CollectionView, ProductFilter, ProductOrder, ProductView, ProductsIn, TextRow,
    Texts, VariantKey, VariantView, categories_by_ids, child_categories, collection_views,
    collections_by_ids, find_by_model_numbers, find_category, find_collection, find_media,
    find_product, find_product_by_external_ref, find_variant, list_products, products_by_ids,
    products_of_variants, variants_by_ids, visible_variants_by_ids,
};
pub use write::{
    ArchiveProduct, CategoryFields, CollectionFields, CreateProduct, MediaFields, Patch,
    ProductFields, PublishProduct, SeoFields, SetBundle, TranslationFields, UpdateProduct,
    UpsertCategories, UpsertCollections, VariantFields, archive_product, create_product,
    publish_product, set_bundle, update_product, upsert_categories, upsert_collections,
};
pub(crate) use write::{content_type, sanitized_html};
