use async_graphql::{Context, ID, Object, Result};
use domain::id::{CategoryId, CollectionId, ProductId, ProductVariantId};

use super::category::Category;
use super::collection::{Collection, CollectionConnection};
use super::filter::{ProductFilter, ProductSort};
use super::product::{Product, ProductConnection};
use super::variant::{ModelNumberStock, ProductVariant};
use crate::graphql::context::Reach;
use crate::graphql::error::{Code, top_level};
use crate::graphql::input::{id_arg, paging};
use crate::graphql::limits::meter::Metered;
use crate::service::catalog::{self, ProductsIn, VariantKey};
use crate::service::page::PageRequest;

/// Queries of the catalog.
#[derive(Default)]
pub struct CatalogQuery;

#[Object]
impl CatalogQuery {
    /// One product by id or slug; null when unknown or not published to you.
    async fn product(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<ID>,
        #[graphql(desc = "Slug in any language.")] slug: Option<String>,
    ) -> Option<Result<Product>> {
        let found = async {
            let id = id.as_ref().map(id_arg::<ProductId>).transpose()?;
            let found = catalog::find_product(ctx.app()?, ctx.viewer()?, id, slug.as_deref()).await;
            Ok(found.map_err(|error| top_level(&error))?.map(Product))
        };
        found.await.transpose()
    }

    /// Published products; with permission PRODUCT_READ also the others.
    #[expect(clippy::too_many_arguments, reason = "the arguments of a connection")]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Narrows the list.")] filter: Option<ProductFilter>,
        #[graphql(desc = "Order of rows.")] sort: Option<ProductSort>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<ProductConnection> {
        let page = paging(ctx, first, after, last, before)?;
        products_in(ctx, ProductsIn::Shop, filter, sort, &page).await
    }

    /// One variant; give exactly one key.
    async fn product_variant(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<ID>,
        #[graphql(desc = "Stock keeping unit.")] sku: Option<String>,
        #[graphql(desc = "Maker's model number.")] model_number: Option<String>,
        #[graphql(desc = "EAN, UPC or ISBN.")] barcode: Option<String>,
    ) -> Option<Result<ProductVariant>> {
        let found = async {
            let key = match (id, sku, model_number, barcode) {
                (Some(id), None, None, None) => VariantKey::Id(id_arg::<ProductVariantId>(&id)?),
                (None, Some(sku), None, None) => VariantKey::Sku(sku),
                (None, None, Some(number), None) => VariantKey::ModelNumber(number),
                (None, None, None, Some(barcode)) => VariantKey::Barcode(barcode),
                _ => {
                    return Err(Code::BadUserInput
                        .error("give exactly one of `id`, `sku`, `modelNumber`, `barcode`"));
                }
            };
            let found = catalog::find_variant(ctx.app()?, ctx.viewer()?, &key).await;
            Ok(found
                .map_err(|error| top_level(&error))?
                .map(ProductVariant::alone))
        };
        found.await.transpose()
    }

    /// One category by id or slug.
    async fn category(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<ID>,
        #[graphql(desc = "Slug in any language.")] slug: Option<String>,
    ) -> Option<Result<Category>> {
        let found = async {
            let id = id.as_ref().map(id_arg::<CategoryId>).transpose()?;
            let found =
                catalog::find_category(ctx.app()?, ctx.viewer()?, id, slug.as_deref()).await;
            Ok(found.map_err(|error| top_level(&error))?.map(Category))
        };
        found.await.transpose()
    }

    /// Type model numbers, see what is in stock; rows come back in the order asked.
    async fn stock_by_model_number(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 50; case, spaces and dashes do not matter.")] model_numbers: Vec<
            String,
        >,
    ) -> Result<Vec<ModelNumberStock>> {
        let found = catalog::find_by_model_numbers(ctx.app()?, ctx.viewer()?, &model_numbers).await;
        let found = found.map_err(|error| top_level(&error))?;
        ctx.meter(found.len())?;
        let rows = model_numbers.into_iter().zip(found);
        Ok(rows
            .map(|(model_number, variant)| ModelNumberStock {
                model_number,
                variant: variant.map(ProductVariant::alone),
            })
            .collect())
    }

    /// One level of the category tree.
    async fn categories(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Category above; left out for the roots.")] parent_id: Option<ID>,
    ) -> Result<Vec<Category>> {
        let parent_id = parent_id.as_ref().map(id_arg::<CategoryId>).transpose()?;
        let level = catalog::child_categories(ctx.app()?, ctx.viewer()?, parent_id).await;
        let level = level.map_err(|error| top_level(&error))?;
        ctx.meter(level.len())?;
        Ok(level.into_iter().map(Category).collect())
    }

    /// One collection by id or slug.
    async fn collection(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Global id.")] id: Option<ID>,
        #[graphql(desc = "Slug in any language.")] slug: Option<String>,
    ) -> Option<Result<Collection>> {
        let found = async {
            let id = id.as_ref().map(id_arg::<CollectionId>).transpose()?;
            let found =
                catalog::find_collection(ctx.app()?, ctx.viewer()?, id, slug.as_deref()).await;
            Ok(found.map_err(|error| top_level(&error))?.map(Collection))
        };
        found.await.transpose()
    }

    /// Curated sets of products.
    async fn collections(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100.")] first: Option<i32>,
        #[graphql(desc = "After this cursor.")] after: Option<String>,
        #[graphql(desc = "Up to 100, from the end.")] last: Option<i32>,
        #[graphql(desc = "Before this cursor.")] before: Option<String>,
    ) -> Result<CollectionConnection> {
        let page = paging(ctx, first, after, last, before)?;
        let listed = catalog::collection_views(ctx.app()?, ctx.viewer()?, &page).await;
        Ok(CollectionConnection::new(
            listed.map_err(|error| top_level(&error))?,
            Collection,
        ))
    }
}

/// A page of products of a place.
pub(super) async fn products_in(
    ctx: &Context<'_>,
    place: ProductsIn,
    filter: Option<ProductFilter>,
    sort: Option<ProductSort>,
    page: &PageRequest,
) -> Result<ProductConnection> {
    let viewer = ctx.viewer()?;
    let filter = filter
        .unwrap_or_default()
        .read(viewer)
        .map_err(|error| top_level(&error))?;
    let order = sort.and_then(ProductSort::order);
    let listed = catalog::list_products(ctx.app()?, viewer, place, &filter, order, page).await;
    Ok(ProductConnection::new(
        listed.map_err(|error| top_level(&error))?,
        Product,
    ))
}
