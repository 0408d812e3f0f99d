use std::collections::BTreeSet;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use domain::account::{AccountKind, ActorKind};
use domain::id::{ApiKeyId, RoleId, StaffId};

use super::loader::RolesOf;
use super::permission::Permission;
use crate::auth::Account;
use crate::graphql::context::Reach;
use crate::graphql::error::{top_level, top_level_shared};
use crate::graphql::limits::meter::Metered;
use crate::graphql::scalar::DateTime;
use crate::graphql::viewer::{Actor, Session, SessionsOf};

/// Somebody who works in the console.
#[derive(Clone)]
pub struct Staff(pub entity::staff::Model);

impl Staff {
    async fn load_roles(&self, ctx: &Context<'_>) -> Result<Arc<Vec<entity::role::Model>>> {
        let roles = ctx
            .loaders()?
            .load_one(RolesOf(StaffId(self.0.id)))
            .await
            .map_err(|error| top_level_shared(&error))?;
        Ok(roles.unwrap_or_default())
    }

    async fn load_sessions(&self, ctx: &Context<'_>) -> Result<Vec<Session>> {
        let viewer = ctx.viewer()?;
        if viewer.account != Account::Staff(StaffId(self.0.id)) {
            viewer
                .require(domain::permission::Permission::StaffWrite)
                .map_err(|error| top_level(&error))?;
        }
        let key = SessionsOf {
            kind: AccountKind::Staff,
            id: self.0.id,
        };
        let sessions = ctx
            .loaders()?
            .load_one(key)
            .await
            .map_err(|error| top_level_shared(&error))?;
        let sessions = sessions.unwrap_or_default();
        ctx.meter(sessions.len())?;
        Ok(sessions.iter().cloned().map(Session).collect())
    }
}

/// Somebody who works in the console.
#[Object]
impl Staff {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        StaffId(self.0.id).to_string().into()
    }

    /// E-mail to log in with.
    fn email(&self) -> &str {
        &self.0.email
    }

    /// Name.
    fn full_name(&self) -> &str {
        &self.0.full_name
    }

    /// Whether the account may be used.
    fn active(&self) -> bool {
        self.0.active
    }

    /// Roles.
    async fn roles(&self, ctx: &Context<'_>) -> Result<Vec<Role>> {
        let roles = self.load_roles(ctx).await?;
        ctx.meter(roles.len())?;
        Ok(roles.iter().cloned().map(Role).collect())
    }

    /// What the roles allow.
    async fn permissions(&self, ctx: &Context<'_>) -> Result<Vec<Permission>> {
        let roles = self.load_roles(ctx).await?;
        let allowed: BTreeSet<_> = roles
            .iter()
            .flat_map(entity::role::Model::granted)
            .collect();
        Ok(allowed.into_iter().map(Permission::from).collect())
    }

    /// Sessions. Yours, or needs permission STAFF_WRITE.
    async fn sessions(&self, ctx: &Context<'_>) -> Option<Result<Vec<Session>>> {
        Some(self.load_sessions(ctx).await)
    }

    /// Last login.
    fn last_login_at(&self) -> Option<DateTime> {
        self.0.last_login_at.map(DateTime)
    }
}

/// A named set of permissions.
#[derive(Clone)]
pub struct Role(pub entity::role::Model);

/// A named set of permissions.
#[Object]
impl Role {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        RoleId(self.0.id).to_string().into()
    }

    /// Name.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// What it allows.
    fn permissions(&self) -> Vec<Permission> {
        self.0.granted().into_iter().map(Permission::from).collect()
    }
}

/// A key for a program.
#[derive(Clone)]
pub struct ApiKey(pub entity::api_key::Model);

/// A key for a program.
#[Object]
impl ApiKey {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        ApiKeyId(self.0.id).to_string().into()
    }

    /// Name.
    fn name(&self) -> &str {
        &self.0.name
    }

    /// First characters, to recognise it.
    fn prefix(&self) -> &str {
        &self.0.prefix
    }

    /// What it may do.
    fn scopes(&self) -> Vec<Permission> {
        self.0.granted().into_iter().map(Permission::from).collect()
    }

    /// Who made it.
    fn actor(&self) -> Actor {
        Actor::new(ActorKind::Staff, Some(self.0.created_by))
    }

    /// When it was last used.
    fn last_used_at(&self) -> Option<DateTime> {
        self.0.last_used_at.map(DateTime)
    }

    /// When it lapses.
    fn expires_at(&self) -> Option<DateTime> {
        self.0.expires_at.map(DateTime)
    }

    /// When it was ended.
    fn revoked_at(&self) -> Option<DateTime> {
        self.0.revoked_at.map(DateTime)
    }
}
