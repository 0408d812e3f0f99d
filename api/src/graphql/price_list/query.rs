use async_graphql::{Context, Object, Result};

use super::types::PriceList;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::price_list;

/// Queries about price lists.
#[derive(Default)]
pub struct PriceListQuery;

#[Object]
impl PriceListQuery {
    /// Price lists, the first to count first. Needs permission PRODUCT_READ.
    async fn price_lists(&self, ctx: &Context<'_>) -> Option<Result<Vec<PriceList>>> {
        let lists = async {
            let viewer = ctx.viewer()?;
            let rows = price_list::lists(ctx.app()?, viewer)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            let show = |row| PriceList::new(row, &viewer.channel);
            Ok(rows.into_iter().map(show).collect())
        };
        Some(lists.await)
    }
}
