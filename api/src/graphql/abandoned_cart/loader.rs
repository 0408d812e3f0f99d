//! Batches what stands behind carts that were left.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::cart_line;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::ids;
use crate::service::abandoned_cart::{Behind, behind, lines_by_carts};

/// Key of the cart behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct BehindOf(pub(super) Uuid);

/// Key of what is in the cart behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct LinesOf(pub(super) Uuid);

impl Loader<BehindOf> for Batch {
    type Value = Arc<Behind>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[BehindOf]) -> Result<HashMap<BehindOf, Self::Value>, Self::Error> {
        let carts = behind(&self.app, ids!(keys)).await.map_err(Arc::new)?;
        let keyed = carts
            .into_iter()
            .map(|cart| (BehindOf(cart.cart_id), Arc::new(cart)));
        Ok(keyed.collect())
    }
}

impl Loader<LinesOf> for Batch {
    type Value = Vec<cart_line::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[LinesOf]) -> Result<HashMap<LinesOf, Self::Value>, Self::Error> {
        let lines = lines_by_carts(&self.app, ids!(keys)).await;
        let keyed = lines
            .map_err(Arc::new)?
            .into_iter()
            .map(|(cart, lines)| (LinesOf(cart), lines));
        Ok(keyed.collect())
    }
}
