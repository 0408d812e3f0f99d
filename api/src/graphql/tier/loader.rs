use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::member_tier;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::tier::{self, ChangeView, ProgressView};

type Loaded<K, V> = Result<HashMap<K, V>, Arc<Error>>;

/// Key of a member's tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct TierOf(pub(super) Uuid);

/// Key of a member's way to the next tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ProgressOf(pub(super) Uuid);

/// Key of a member's steps from tier to tier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct ChangesOf(pub(super) Uuid);

impl Loader<TierOf> for Batch {
    type Value = Arc<member_tier::Model>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[TierOf]) -> Loaded<TierOf, Self::Value> {
        let members: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let tiers = tier::tiers_of_members(&self.app, &self.viewer.channel, &members)
            .await
            .map_err(Arc::new)?;
        Ok(tiers
            .into_iter()
            .map(|(id, row)| (TierOf(id), Arc::new(row)))
            .collect())
    }
}

impl Loader<ProgressOf> for Batch {
    type Value = Arc<ProgressView>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ProgressOf]) -> Loaded<ProgressOf, Self::Value> {
        let members: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let ways = tier::progress_of_members(&self.app, &self.viewer.channel, &members)
            .await
            .map_err(Arc::new)?;
        Ok(ways
            .into_iter()
            .map(|(id, way)| (ProgressOf(id), Arc::new(way)))
            .collect())
    }
}

impl Loader<ChangesOf> for Batch {
    type Value = Arc<Vec<ChangeView>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[ChangesOf]) -> Loaded<ChangesOf, Self::Value> {
        let members: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let changes = tier::changes_of_members(&self.app, &self.viewer.channel, &members)
            .await
            .map_err(Arc::new)?;
        Ok(changes
            .into_iter()
            .map(|(id, steps)| (ChangesOf(id), Arc::new(steps)))
            .collect())
    }
}
