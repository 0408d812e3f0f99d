use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::id::MemberId;
use entity::points_rule_version;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::graphql::order::grouped;
use crate::service::points::{self, AccountView};

/// Key of a member's points; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct PointsOf(pub(in crate::graphql) MemberId);

impl Loader<PointsOf> for Batch {
    type Value = AccountView;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[PointsOf]) -> Result<HashMap<PointsOf, AccountView>, Arc<Error>> {
        let members: Vec<MemberId> = keys.iter().map(|key| key.0).collect();
        let accounts = points::accounts_by_members(&self.app, &self.viewer.channel, &members)
            .await
            .map_err(Arc::new)?;
        Ok(accounts
            .into_iter()
            .map(|account| (PointsOf(MemberId(account.member_id)), account))
            .collect())
    }
}

/// Key of a rule's versions; who asks has been checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct VersionsOf(pub(super) Uuid);

impl Loader<VersionsOf> for Batch {
    type Value = Arc<Vec<points_rule_version::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[VersionsOf],
    ) -> Result<HashMap<VersionsOf, Self::Value>, Arc<Error>> {
        let rules: Vec<Uuid> = keys.iter().map(|key| key.0).collect();
        let rows = points::versions_by_rules(&self.app, &rules)
            .await
            .map_err(Arc::new)?;
        Ok(grouped(rows, |row| VersionsOf(row.rule_id)))
    }
}
