//! A product is changed.

use std::sync::Arc;

use domain::catalog::ProductStatus;
use domain::id::ProductId;
use domain::permission::Permission;

use super::fields::ProductFields;
use super::write_product::{lock, lost_race, update, write_parts};
use super::{CatalogError, written};
use crate::auth::Viewer;
use crate::service::catalog::read::ProductView;
use crate::state::AppState;

/// A product to change.
#[derive(Clone, Debug)]
pub struct UpdateProduct {
    /// The product.
    pub product_id: ProductId,
    /// What to change.
    pub fields: ProductFields,
    /// The version the caller has read.
    pub expected_version: Option<i32>,
}

/// Changes a product and its variants; those left out stay.
///
/// # Errors
/// [`CatalogError::Archived`], [`CatalogError::Taken`], [`CatalogError::OptionMismatch`], an outdated version, a bad value, a
/// missing permission.
pub async fn update_product(
    app: &AppState,
    viewer: &Viewer,
    command: UpdateProduct,
) -> Result<Arc<ProductView>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let product_id = command.product_id.0;
    let attempt = || async {
        let now = app.clock.now();
        let transaction = app.database.begin().await?;
        let stored = lock(&transaction, product_id, command.expected_version).await?;
        if stored.status.0 == ProductStatus::Archived {
            return Err(CatalogError::Archived);
        }
        let row = update(&transaction, stored, &command.fields, now).await?;
        write_parts(&transaction, app, viewer, &row, &command.fields, now).await?;
        transaction.commit().await?;
        Ok(())
    };
    app.database.retry(attempt).await.map_err(lost_race)?;
    written(app, viewer, product_id).await
}
