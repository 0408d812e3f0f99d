use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::event;

/// Key of the event of a delivery; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SentEvent(pub(super) Uuid);

impl Loader<SentEvent> for Batch {
    type Value = Arc<entity::event::Model>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[SentEvent],
    ) -> Result<HashMap<SentEvent, Self::Value>, Arc<Error>> {
        let ids: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let events = event::by_ids(&self.app, self.viewer.channel.id, &ids)
            .await
            .map_err(Arc::new)?;
        Ok(events
            .into_iter()
            .map(|event| (SentEvent(event.id), Arc::new(event)))
            .collect())
    }
}
