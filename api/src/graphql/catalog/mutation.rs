use async_graphql::{Context, Object, Result};

use super::category::Category;
use super::collection::Collection;
use super::error::CatalogUserError;
use super::input::{
    CategoriesUpsertInput, CollectionsUpsertInput, ProductArchiveInput, ProductCreateInput,
    ProductPublishInput, ProductUpdateInput,
};
use super::payload::{
    CategoriesUpsertPayload, CollectionsUpsertPayload, ProductArchivePayload, ProductCreatePayload,
    ProductPublishPayload, ProductUpdatePayload,
};
use super::product::Product;
use crate::graphql::context::Reach;
use crate::graphql::error::{Outcome, settle};
use crate::service::catalog::{self, CatalogError};

/// Mutations of the catalog.
#[derive(Default)]
pub struct CatalogMutation;

fn outcome<T>(
    ctx: &Context<'_>,
    answer: std::result::Result<T, CatalogError>,
) -> Result<Outcome<T, CatalogUserError>> {
    settle(answer, &ctx.viewer()?.locale)
}

#[Object]
impl CatalogMutation {
    /// Creates a draft product with its variants. Needs permission PRODUCT_WRITE.
    async fn product_create(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ProductCreateInput,
    ) -> Option<Result<ProductCreatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.try_into() {
                Ok(command) => catalog::create_product(app, viewer, command).await,
                Err(error) => Err(CatalogError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(ProductCreatePayload {
                product: value.map(Product),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Changes a product and its variants. Needs permission PRODUCT_WRITE.
    async fn product_update(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ProductUpdateInput,
    ) -> Option<Result<ProductUpdatePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.try_into() {
                Ok(command) => catalog::update_product(app, viewer, command).await,
                Err(error) => Err(CatalogError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(ProductUpdatePayload {
                product: value.map(Product),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Makes a product visible now or later. Needs permission PRODUCT_WRITE.
    async fn product_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ProductPublishInput,
    ) -> Option<Result<ProductPublishPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.try_into() {
                Ok(command) => catalog::publish_product(app, viewer, command).await,
                Err(error) => Err(CatalogError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(ProductPublishPayload {
                product: value.map(Product),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Takes a product off sale, keeping its history. Needs permission PRODUCT_WRITE.
    async fn product_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: ProductArchiveInput,
    ) -> Option<Result<ProductArchivePayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.try_into() {
                Ok(command) => catalog::archive_product(app, viewer, command).await,
                Err(error) => Err(CatalogError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            Ok(ProductArchivePayload {
                product: value.map(Product),
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Creates or updates categories, parents first. Needs permission PRODUCT_WRITE.
    async fn categories_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CategoriesUpsertInput,
    ) -> Option<Result<CategoriesUpsertPayload>> {
        let payload = async {
            let answer = catalog::upsert_categories(ctx.app()?, ctx.viewer()?, input.into()).await;
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            let categories = value.map(|views| views.into_iter().map(Category).collect());
            Ok(CategoriesUpsertPayload {
                categories,
                user_errors,
            })
        };
        Some(payload.await)
    }

    /// Creates or updates collections. Needs permission PRODUCT_WRITE.
    async fn collections_upsert(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: CollectionsUpsertInput,
    ) -> Option<Result<CollectionsUpsertPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let answer = match input.try_into() {
                Ok(command) => catalog::upsert_collections(app, viewer, command).await,
                Err(error) => Err(CatalogError::Common(error)),
            };
            let Outcome { value, user_errors } = outcome(ctx, answer)?;
            let collections = value.map(|views| views.into_iter().map(Collection).collect());
            Ok(CollectionsUpsertPayload {
                collections,
                user_errors,
            })
        };
        Some(payload.await)
    }
}
