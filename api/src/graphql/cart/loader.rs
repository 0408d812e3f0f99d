use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::id::MemberId;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::cart::{self, PricedCartFacts};

/// Key of a member's active cart; nobody else's is found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct CartOf(pub(in crate::graphql) MemberId);

impl Loader<CartOf> for Batch {
    type Value = Arc<PricedCartFacts>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[CartOf]) -> Result<HashMap<CartOf, Self::Value>, Arc<Error>> {
        // The viewer sees one cart only, whatever number of members the request shows.
        let own = keys
            .iter()
            .find(|key| self.viewer.member_id() == Some(key.0));
        let Some(own) = own else {
            return Ok(HashMap::new());
        };
        let found = cart::find_of_member(&self.app, &self.viewer, own.0)
            .await
            .map_err(Arc::new)?;
        Ok(found
            .map(|facts| (*own, Arc::new(facts)))
            .into_iter()
            .collect())
    }
}
