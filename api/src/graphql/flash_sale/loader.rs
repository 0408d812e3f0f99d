use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::flash_sale_entry;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::flash_sale;

/// Key of the prices of a flash sale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EntriesOf(pub(super) Uuid);

impl Loader<EntriesOf> for Batch {
    type Value = Vec<flash_sale_entry::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[EntriesOf],
    ) -> Result<HashMap<EntriesOf, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = flash_sale::entries_of_sales(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|(id, rows)| (EntriesOf(id), rows))
            .collect())
    }
}
