use std::collections::BTreeSet;

use async_graphql::{Context, ID, Result, Subscription};
use domain::id::{ProductVariantId, TypedId as _};
use futures_util::stream::Stream;
use uuid::Uuid;

use super::loader::GoodsOf;
use super::variant::ProductVariant;
use crate::graphql::context::Reach;
use crate::graphql::error::{Code, top_level, top_level_shared};
use crate::graphql::input::id_arg;
use crate::graphql::limits::meter::Metered;
use crate::graphql::watch::now_and_later;
use crate::service::catalog::visible_variants_by_ids;
use crate::service::watch::Thing;

/// Most variants of one subscription.
const MAX_VARIANTS: usize = 100;

/// Subscriptions to the catalog.
#[derive(Default)]
pub struct CatalogSubscription;

#[Subscription]
impl CatalogSubscription {
    /// Variants now, one by one, and each of them when its stock changes; those hidden from you are left out. A change of price or of
    /// what a bundle is made of is told within a minute.
    async fn stock_changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Up to 100 variants.")] variant_ids: Vec<ID>,
    ) -> Result<impl Stream<Item = Option<ProductVariant>>> {
        if variant_ids.len() > MAX_VARIANTS {
            let message = format!("at most {MAX_VARIANTS} variants at a time");
            return Err(Code::BadUserInput.error(message));
        }
        ctx.meter(variant_ids.len())?;
        let ids: BTreeSet<Uuid> = variant_ids
            .iter()
            .map(|id| Ok(id_arg::<ProductVariantId>(id)?.uuid()))
            .collect::<Result<_>>()?;
        let (app, viewer) = (ctx.app()?, ctx.viewer()?);
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let found = visible_variants_by_ids(app, viewer, &ids).await;
        let mut found = found.map_err(|error| top_level(&error))?;
        let goods = ctx.loaders()?.load_many(ids.iter().copied().map(GoodsOf));
        let goods = goods.await.map_err(|error| top_level_shared(&error))?;
        let (mut things, mut variants) = (BTreeSet::new(), Vec::new());
        for id in ids {
            let Some(view) = found.remove(&id) else {
                continue;
            };
            let parts = goods.get(&GoodsOf(id)).into_iter();
            let parts = parts.flat_map(|goods| goods.units(1));
            things.extend(parts.map(|(part, _)| Thing::Stock(part)));
            things.insert(Thing::Stock(id));
            variants.push(Some(ProductVariant::alone(view)));
        }
        now_and_later(ctx, things, variants)
    }
}
