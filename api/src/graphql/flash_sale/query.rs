use async_graphql::{Context, Object, Result};

use super::types::FlashSale;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::limits::meter::Metered;
use crate::service::flash_sale;

/// Queries about flash sales.
#[derive(Default)]
pub struct FlashSaleQuery;

#[Object]
impl FlashSaleQuery {
    /// Flash sales, the last to start first. Needs permission PROMOTION_READ.
    async fn flash_sales(&self, ctx: &Context<'_>) -> Option<Result<Vec<FlashSale>>> {
        let sales = async {
            let viewer = ctx.viewer()?;
            let rows = flash_sale::sales(ctx.app()?, viewer)
                .await
                .map_err(|error| top_level(&error))?;
            ctx.meter(rows.len())?;
            let show = |row| FlashSale::new(row, &viewer.channel);
            Ok(rows.into_iter().map(show).collect())
        };
        Some(sales.await)
    }
}
