use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::dataloader::Loader;
use domain::account::{AccountKind, ActorKind};
use uuid::Uuid;

use crate::error::Error;
use crate::graphql::context::Batch;
use crate::service::{actor, session};

/// Key of an actor's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct NameOf {
    pub(super) kind: ActorKind,
    pub(super) id: Uuid,
}

impl Loader<NameOf> for Batch {
    type Value = String;
    type Error = Arc<Error>;

    async fn load(&self, keys: &[NameOf]) -> Result<HashMap<NameOf, String>, Arc<Error>> {
        let actors: Vec<_> = keys.iter().map(|key| (key.kind, key.id)).collect();
        let names = actor::names(&self.app, &self.viewer, &actors)
            .await
            .map_err(Arc::new)?;
        Ok(names
            .into_iter()
            .map(|((kind, id), name)| (NameOf { kind, id }, name))
            .collect())
    }
}

/// Key of the sessions of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::graphql) struct SessionsOf {
    /// Member or staff.
    pub(in crate::graphql) kind: AccountKind,
    /// The account.
    pub(in crate::graphql) id: Uuid,
}

impl Loader<SessionsOf> for Batch {
    type Value = Arc<Vec<entity::session::Model>>;
    type Error = Arc<Error>;

    async fn load(
        &self,
        keys: &[SessionsOf],
    ) -> Result<HashMap<SessionsOf, Self::Value>, Arc<Error>> {
        let mut found = HashMap::new();
        for kind in [AccountKind::Member, AccountKind::Staff] {
            let accounts: Vec<Uuid> = keys
                .iter()
                .filter(|key| key.kind == kind)
                .map(|key| key.id)
                .collect();
            if accounts.is_empty() {
                continue;
            }
            let sessions = session::sessions_by_accounts(&self.app, &self.viewer, kind, &accounts)
                .await
                .map_err(Arc::new)?;
            found.extend(
                sessions
                    .into_iter()
                    .map(|(id, rows)| (SessionsOf { kind, id }, Arc::new(rows))),
            );
        }
        Ok(found)
    }
}
