//! A draft product is made.

use std::sync::Arc;

use domain::permission::Permission;

use super::fields::ProductFields;
use super::write_product::{insert, lost_race, write_parts};
use super::{CatalogError, written};
use crate::auth::Viewer;
use crate::service::catalog::read::ProductView;
use crate::state::AppState;

/// A product to make.
#[derive(Clone, Debug, Default)]
pub struct CreateProduct {
    /// Its fields; the name is needed.
    pub fields: ProductFields,
}

/// Makes a draft product with its variants.
///
/// # Errors
/// [`CatalogError::Taken`], [`CatalogError::OptionMismatch`], a bad value, a missing permission.
pub async fn create_product(
    app: &AppState,
    viewer: &Viewer,
    command: CreateProduct,
) -> Result<Arc<ProductView>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let product_id = app.clock.new_id();
    let attempt = || async {
        let now = app.clock.now();
        let transaction = app.database.begin().await?;
        let row = insert(&transaction, product_id, &command.fields, now).await?;
        write_parts(&transaction, app, viewer, &row, &command.fields, now).await?;
        transaction.commit().await?;
        Ok(())
    };
    app.database.retry(attempt).await.map_err(lost_race)?;
    written(app, viewer, product_id).await
}
