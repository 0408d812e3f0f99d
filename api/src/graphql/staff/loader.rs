use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::id::StaffId;
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::staff;

/// Key of the roles of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct RolesOf(pub(super) StaffId);

impl Loader<RolesOf> for Batch {
    type Value = Arc<Vec<entity::role::Model>>;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[RolesOf]) -> Result<HashMap<RolesOf, Self::Value>, Arc<Error>> {
        let accounts: Vec<Uuid> = keys.iter().map(|key| key.0.0).collect();
        let roles = staff::roles_by_staff(&self.app, &accounts)
            .await
            .map_err(Arc::new)?;
        Ok(roles
            .into_iter()
            .map(|(id, rows)| (RolesOf(StaffId(id)), Arc::new(rows)))
            .collect())
    }
}
