use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};

use super::types::Cart;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::service::cart;

/// Queries about carts.
#[derive(Default)]
pub struct CartQuery;

#[Object]
impl CartQuery {
    /// A cart by its secret id; null unless it is yours.
    async fn cart(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "For a guest the id is the key, so keep it private.")] id: ID,
    ) -> Option<Result<Cart>> {
        let found = async {
            let facts = cart::find(ctx.app()?, ctx.viewer()?, &id)
                .await
                .map_err(|error| top_level(&error))?;
            Ok(facts.map(|facts| Cart(Arc::new(facts))))
        };
        found.await.transpose()
    }
}
