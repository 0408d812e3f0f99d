//! A product leaves the range; its history stays.

use std::sync::Arc;

use domain::catalog::ProductStatus;
use domain::id::ProductId;
use domain::permission::Permission;

use super::publish_product::set_status;
use super::write_product::lock;
use super::{CatalogError, written};
use crate::auth::Viewer;
use crate::job::{self, Job};
use crate::service::catalog::read::ProductView;
use crate::state::AppState;

/// A product to archive.
#[derive(Clone, Copy, Debug)]
pub struct ArchiveProduct {
    /// The product.
    pub product_id: ProductId,
}

/// Takes a product off sale. Does nothing the second time.
///
/// # Errors
/// An unknown product, a missing permission.
pub async fn archive_product(
    app: &AppState,
    viewer: &Viewer,
    command: ArchiveProduct,
) -> Result<Arc<ProductView>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let product_id = command.product_id.0;
    let attempt = || async {
        let transaction = app.database.begin().await?;
        let stored = lock(&transaction, product_id, None).await?;
        if stored.status.0 != ProductStatus::Archived {
            set_status(
                &transaction,
                &stored,
                ProductStatus::Archived,
                app.clock.now(),
            )
            .await?;
            job::push(
                &transaction,
                &app.clock,
                &Job::ProductChanged { product_id },
            )
            .await?;
        }
        transaction.commit().await?;
        Ok::<_, CatalogError>(())
    };
    app.database.retry(attempt).await?;
    written(app, viewer, product_id).await
}
