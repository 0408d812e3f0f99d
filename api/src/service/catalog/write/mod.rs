//! Writing the catalog.

mod archive_product;
mod check;
mod create_product;
mod fields;
mod group;
mod html;
mod listing;
mod media;
mod place;
mod publish_product;
mod set_bundle;
mod slug;
mod text;
mod update_product;
mod upsert_categories;
mod upsert_collections;
mod variant;
mod write_product;

use std::sync::Arc;

use uuid::Uuid;

pub use archive_product::{ArchiveProduct, archive_product};
pub use create_product::{CreateProduct, create_product};
pub use fields::{MediaFields, Patch, ProductFields, SeoFields, TranslationFields, VariantFields};
pub(crate) use html::sanitized_html;
pub(crate) use media::content_type;
pub use publish_product::{PublishProduct, publish_product};
pub use set_bundle::{SetBundle, set_bundle};
pub use update_product::{UpdateProduct, update_product};
pub use upsert_categories::{CategoryFields, UpsertCategories, upsert_categories};
pub use upsert_collections::{CollectionFields, UpsertCollections, upsert_collections};

use super::error::{CatalogError, OptionMismatch};
use super::read::{ProductView, products_of_variants};
use crate::auth::Viewer;
use crate::error::Error;
use crate::state::AppState;
use write_product::lost_race;

/// Reads a product that was just written.
async fn written(
    app: &AppState,
    viewer: &Viewer,
    product_id: Uuid,
) -> Result<Arc<ProductView>, CatalogError> {
    let mut found = products_of_variants(app, viewer, &[product_id]).await?;
    found
        .remove(&product_id)
        .ok_or(CatalogError::Common(Error::NotFound("product")))
}
