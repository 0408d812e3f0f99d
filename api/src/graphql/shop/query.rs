use async_graphql::{Context, Object, Result};

use super::types::Shop;
use crate::graphql::context::Reach;

/// Queries about the shop itself.
#[derive(Default)]
pub struct ShopQuery;

#[Object]
impl ShopQuery {
    /// The shop's public settings.
    async fn shop(&self, ctx: &Context<'_>) -> Result<Shop> {
        Ok(Shop(ctx.viewer()?.channel.clone()))
    }
}
