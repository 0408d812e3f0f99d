use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use entity::member_group;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::group;

/// Key of the number of members in a group; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct SizeOf(pub(super) Uuid);

/// Key of the groups a member of the viewer's channel is in; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct GroupsOf(pub(super) Uuid);

impl Loader<GroupsOf> for Batch {
    type Value = Arc<Vec<member_group::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[GroupsOf]) -> Result<HashMap<GroupsOf, Self::Value>, Arc<Error>> {
        let members: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let groups = group::groups_of_members(&self.app, &self.viewer.channel, &members)
            .await
            .map_err(Arc::new)?;
        Ok(groups
            .into_iter()
            .map(|(id, groups)| (GroupsOf(id), Arc::new(groups)))
            .collect())
    }
}

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
