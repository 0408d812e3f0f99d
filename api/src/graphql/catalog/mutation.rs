use async_graphql::{Context, Object, Result};

use super::category::Category;
use super::collection::Collection;
use super::input::{
    BundleSetInput, CategoriesUpsertInput, CollectionsUpsertInput, ProductArchiveInput,
    ProductCreateInput, ProductPublishInput, ProductUpdateInput,
};
use super::payload::{
    BundleSetPayload, CategoriesUpsertPayload, CollectionsUpsertPayload, ProductArchivePayload,
    ProductCreatePayload, ProductPublishPayload, ProductUpdatePayload,
};
use super::product::Product;
use super::variant::ProductVariant;
use crate::graphql::context::Reach;
use crate::graphql::payload::{outcome, run};
use crate::service::catalog;

/// Mutations of the catalog.
#[derive(Default)]
pub struct CatalogMutation;

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
            let outcome = run(ctx, input, async |command| {
                catalog::create_product(app, viewer, command).await
            })
            .await?;
            Ok(ProductCreatePayload::new(outcome, Product))
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
            let outcome = run(ctx, input, async |command| {
                catalog::update_product(app, viewer, command).await
            })
            .await?;
            Ok(ProductUpdatePayload::new(outcome, Product))
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
            let outcome = run(ctx, input, async |command| {
                catalog::publish_product(app, viewer, command).await
            })
            .await?;
            Ok(ProductPublishPayload::new(outcome, Product))
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
            let outcome = run(ctx, input, async |command| {
                catalog::archive_product(app, viewer, command).await
            })
            .await?;
            Ok(ProductArchivePayload::new(outcome, Product))
        };
        Some(payload.await)
    }

    /// Makes a variant a bundle of others: it is in stock as long as a warehouse has all of them, and takes theirs. Orders keep
    /// the components they were placed with. Needs permission PRODUCT_WRITE.
    async fn bundle_set(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The request.")] input: BundleSetInput,
    ) -> Option<Result<BundleSetPayload>> {
        let payload = async {
            let (app, viewer) = (ctx.app()?, ctx.viewer()?);
            let outcome = run(ctx, input, async |command| {
                catalog::set_bundle(app, viewer, &command).await
            })
            .await?;
            Ok(BundleSetPayload::new(outcome, |view| {
                ProductVariant::alone(view)
            }))
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
            Ok(CategoriesUpsertPayload::new(
                outcome(ctx, answer)?,
                |views| views.into_iter().map(Category).collect(),
            ))
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
            let outcome = run(ctx, input, async |command| {
                catalog::upsert_collections(app, viewer, command).await
            })
            .await?;
            Ok(CollectionsUpsertPayload::new(outcome, |views| {
                views.into_iter().map(Collection).collect()
            }))
        };
        Some(payload.await)
    }
}
