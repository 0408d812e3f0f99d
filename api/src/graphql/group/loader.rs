use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::group;

/// Key of the number of members in a group; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SizeOf(pub(super) Uuid);

impl Loader<SizeOf> for Batch {
    type Value = i64;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[SizeOf]) -> Result<HashMap<SizeOf, i64>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let sizes = group::sizes(&self.app, &ids).await.map_err(Arc::new)?;
        Ok(sizes
            .into_iter()
            .map(|(id, size)| (SizeOf(id), size))
            .collect())
    }
}
