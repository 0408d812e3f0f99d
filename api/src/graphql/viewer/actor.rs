use async_graphql::{Context, Enum, ID, Object, Result};
use domain::id::{ApiKeyId, MemberId, StaffId};
use uuid::Uuid;

use super::loader::NameOf;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level_shared;

/// Kinds of actors.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "domain::account::ActorKind")]
pub enum ActorKind {
    /// Buyer, no account.
    Guest,
    /// Buyer.
    Member,
    /// Console user.
    Staff,
    /// A program with a key.
    ApiKey,
    /// A payment provider or carrier.
    Provider,
    /// A timer or rule.
    System,
}

/// Who did something.
#[derive(Clone, Copy, Debug)]
pub struct Actor {
    kind: domain::account::ActorKind,
    id: Option<Uuid>,
}

impl Actor {
    /// An actor as histories and ledgers keep it.
    #[must_use]
    pub fn new(kind: domain::account::ActorKind, id: Option<Uuid>) -> Self {
        Self { kind, id }
    }
}

/// Who did something.
#[Object]
impl Actor {
    /// Kind of actor.
    fn kind(&self) -> ActorKind {
        self.kind.into()
    }

    /// Global id, null for guests and the system.
    fn account_id(&self) -> Option<ID> {
        use domain::account::ActorKind as Kind;
        let id = self.id?;
        match self.kind {
            Kind::Member => Some(MemberId(id).to_string().into()),
            Kind::Staff => Some(StaffId(id).to_string().into()),
            Kind::ApiKey => Some(ApiKeyId(id).to_string().into()),
            Kind::Guest | Kind::Provider | Kind::System => None,
        }
    }

    /// Name, if you may see it.
    async fn name(&self, ctx: &Context<'_>) -> Option<Result<String>> {
        let key = NameOf {
            kind: self.kind,
            id: self.id?,
        };
        let name = match ctx.loaders() {
            Ok(loaders) => loaders
                .load_one(key)
                .await
                .map_err(|error| top_level_shared(&error)),
            Err(error) => Err(error),
        };
        name.transpose()
    }
}
