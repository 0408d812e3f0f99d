//! A product becomes visible in the viewer's channel, now or later.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use domain::catalog::ProductStatus;
use domain::id::ProductId;
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use entity::{product, product_listing};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, ExprTrait, QueryFilter};

use super::write_product::lock;
use super::{CatalogError, listing, written};
use crate::auth::Viewer;
use crate::job::{self, Job};
use crate::service::catalog::read::ProductView;
use crate::state::AppState;

/// A product to publish.
#[derive(Clone, Copy, Debug)]
pub struct PublishProduct {
    /// The product.
    pub product_id: ProductId,
    /// When it becomes visible; now when left out.
    pub publish_at: Option<DateTime<Utc>>,
}

/// Makes a product visible from an instant on; a published one gets the new instant.
///
/// # Errors
/// [`CatalogError::Archived`], [`CatalogError::NothingToSell`], a missing permission.
pub async fn publish_product(
    app: &AppState,
    viewer: &Viewer,
    command: PublishProduct,
) -> Result<Arc<ProductView>, CatalogError> {
    viewer.require(Permission::ProductWrite)?;
    let product_id = command.product_id.0;
    let attempt = || async {
        let now = app.clock.now();
        let publish_at = command.publish_at.unwrap_or(now);
        let transaction = app.database.begin().await?;
        let stored = lock(&transaction, product_id, None).await?;
        if stored.status.0 == ProductStatus::Archived {
            return Err(CatalogError::Archived);
        }
        if !listing::refresh(&transaction, product_id, viewer.channel.id).await? {
            return Err(CatalogError::NothingToSell);
        }
        set_status(&transaction, &stored, ProductStatus::Published, now).await?;
        product_listing::Entity::update_many()
            .col_expr(product_listing::Column::PublishedAt, Expr::val(publish_at))
            .filter(product_listing::Column::ProductId.eq(product_id))
            .filter(product_listing::Column::ChannelId.eq(viewer.channel.id))
            .exec(&transaction)
            .await?;
        job::push(
            &transaction,
            &app.clock,
            &Job::ProductChanged { product_id },
        )
        .await?;
        if publish_at > now {
            job::push_at(
                &transaction,
                &app.clock,
                &Job::ProductChanged { product_id },
                publish_at,
            )
            .await?;
        }
        transaction.commit().await?;
        Ok(())
    };
    app.database.retry(attempt).await?;
    written(app, viewer, product_id).await
}

/// Writes a product's status and counts the change.
pub(super) async fn set_status(
    transaction: &DatabaseTransaction,
    stored: &product::Model,
    status: ProductStatus,
    now: DateTime<Utc>,
) -> Result<(), CatalogError> {
    use product::Column;
    product::Entity::update_many()
        .col_expr(Column::Status, Expr::val(status.as_str()))
        .col_expr(Column::Version, Expr::col(Column::Version).add(1))
        .col_expr(Column::UpdatedAt, Expr::val(now))
        .filter(Column::Id.eq(stored.id))
        .exec(transaction)
        .await?;
    Ok(())
}
