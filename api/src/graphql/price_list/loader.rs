use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::{price_list_entry, price_list_segment, price_list_tier};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::price_list;

/// Key of the prices of a list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct EntriesOf(pub(super) Uuid);

/// Key of the tiers a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TiersOf(pub(super) Uuid);

/// Key of the segments a list is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SegmentsOf(pub(super) Uuid);

impl Loader<EntriesOf> for Batch {
    type Value = Vec<price_list_entry::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[EntriesOf],
    ) -> Result<HashMap<EntriesOf, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = price_list::entries_of_lists(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|(id, rows)| (EntriesOf(id), rows))
            .collect())
    }
}

impl Loader<TiersOf> for Batch {
    type Value = Vec<price_list_tier::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TiersOf]) -> Result<HashMap<TiersOf, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = price_list::tiers_of_lists(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|(id, rows)| (TiersOf(id), rows))
            .collect())
    }
}

impl Loader<SegmentsOf> for Batch {
    type Value = Vec<price_list_segment::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[SegmentsOf],
    ) -> Result<HashMap<SegmentsOf, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = price_list::segments_of_lists(&self.app, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(rows
            .into_iter()
            .map(|(id, rows)| (SegmentsOf(id), rows))
            .collect())
    }
}
