use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use async_graphql::{Context, Result};
use domain::stock::Goods;
use uuid::Uuid;

use super::variant::ProductVariant;
use crate::error::Error;
use crate::graphql::context::{Batch, Reach};
use crate::graphql::error::top_level_shared;
use crate::service::catalog::{
    self, CategoryView, ProductView, VariantView, categories_by_ids, products_by_ids,
    variants_by_ids,
};
use crate::service::{inventory, price_list};

/// Key of a product the viewer may see.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ProductKey(pub Uuid);

/// Key of a category.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CategoryKey(pub Uuid);

/// Key of a variant somebody holds in a cart or an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct HeldVariantKey(pub(super) Uuid);

/// Key of the product of a variant somebody holds, whatever became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct HeldProductKey(pub(super) Uuid);

macro_rules! loader {
    ($key:ident, $view:ty, $load:path) => {
        impl Loader<$key> for Batch {
            type Value = Arc<$view>;
            type Error = Arc<Error>;

            async fn load(
                &self,
                keys: &[$key],
            ) -> std::result::Result<HashMap<$key, Self::Value>, Arc<Error>> {
                let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
                let views = $load(&self.app, &self.viewer, &ids)
                    .await
                    .map_err(Arc::new)?;
                Ok(views
                    .into_iter()
                    .map(|(id, view)| ($key(id), view))
                    .collect())
            }
        }
    };
}

loader!(ProductKey, ProductView, products_by_ids);
loader!(CategoryKey, CategoryView, categories_by_ids);
loader!(HeldVariantKey, VariantView, variants_by_ids);
loader!(HeldProductKey, ProductView, catalog::products_of_variants);

/// Loads the variant of a line of a cart or an order; null when it is gone.
///
/// # Errors
/// A top-level error when the database does not answer.
pub(in crate::graphql) async fn load_variant(
    ctx: &Context<'_>,
    id: Uuid,
) -> Result<Option<ProductVariant>> {
    let view = ctx
        .loaders()?
        .load_one(HeldVariantKey(id))
        .await
        .map_err(|error| top_level_shared(&error))?;
    Ok(view.map(ProductVariant::alone))
}

/// Loads variants like [`load_variant`], in this order; those that are gone are left out.
///
/// # Errors
/// A top-level error when the database does not answer.
pub(in crate::graphql) async fn load_variants(
    ctx: &Context<'_>,
    ids: &[Uuid],
) -> Result<Vec<ProductVariant>> {
    let mut views = ctx
        .loaders()?
        .load_many(ids.iter().copied().map(HeldVariantKey))
        .await
        .map_err(|error| top_level_shared(&error))?;
    let found = ids
        .iter()
        .filter_map(|id| views.remove(&HeldVariantKey(*id)));
    Ok(found.map(ProductVariant::alone).collect())
}

/// Key of what a bundle is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct GoodsOf(pub(super) Uuid);

impl Loader<GoodsOf> for Batch {
    type Value = Goods;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[GoodsOf]) -> Result<HashMap<GoodsOf, Goods>, Arc<Error>> {
        let ids = keys.iter().map(|key| key.0);
        let goods = inventory::load_goods(self.app.database.read(), ids)
            .await
            .map_err(Arc::new)?;
        let goods = goods.into_iter();
        Ok(goods.map(|(id, goods)| (GoodsOf(id), goods)).collect())
    }
}

/// Key of the lowest price of a variant before its present reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LowestPriceOf(pub(super) Uuid);

impl Loader<LowestPriceOf> for Batch {
    type Value = domain::Money;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[LowestPriceOf],
    ) -> Result<HashMap<LowestPriceOf, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let lowest = price_list::lowest_prices(&self.app, &self.viewer.channel, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(lowest
            .into_iter()
            .map(|(id, price)| (LowestPriceOf(id), price))
            .collect())
    }
}
