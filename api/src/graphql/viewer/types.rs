use async_graphql::{Context, ID, Object, Result, SimpleObject};
use domain::id::SessionId;

use super::actor::ActorKind;
use crate::auth::Account;
use crate::graphql::context::Reach;
use crate::graphql::error::top_level;
use crate::graphql::member::Member;
use crate::graphql::scalar::DateTime;
use crate::graphql::staff::{Permission, Staff};
use crate::service;

/// Who is asking, as read from the Authorization header.
pub struct Viewer(pub(super) crate::auth::Viewer);

/// Who is asking, as read from the Authorization header.
#[Object]
impl Viewer {
    /// Guest, member, staff or program.
    fn kind(&self) -> ActorKind {
        self.0.actor().0.into()
    }

    /// You, if logged in as a member.
    async fn member(&self, ctx: &Context<'_>) -> Option<Result<Member>> {
        let member_id = self.0.member_id()?;
        Some(
            async {
                service::member::find(ctx.app()?, &self.0, member_id)
                    .await
                    .map(Member)
                    .map_err(|error| top_level(&error))
            }
            .await,
        )
    }

    /// You, if logged in as staff.
    async fn staff(&self, ctx: &Context<'_>) -> Option<Result<Staff>> {
        let Account::Staff(staff_id) = self.0.account else {
            return None;
        };
        Some(
            async {
                service::staff::find(ctx.app()?, &self.0, staff_id)
                    .await
                    .map(Staff)
                    .map_err(|error| top_level(&error))
            }
            .await,
        )
    }

    /// Session behind your token.
    async fn session(&self, ctx: &Context<'_>) -> Option<Result<Session>> {
        let session_id = self.0.session_id?;
        Some(
            async {
                service::session::find(ctx.app()?, &self.0, session_id)
                    .await
                    .map(Session)
                    .map_err(|error| top_level(&error))
            }
            .await,
        )
    }

    /// What you may do beyond a buyer's rights.
    fn permissions(&self) -> Vec<Permission> {
        self.0
            .permissions
            .iter()
            .copied()
            .map(Permission::from)
            .collect()
    }
}

/// A place where somebody is logged in.
#[derive(Clone)]
pub struct Session(pub entity::session::Model);

/// A place where somebody is logged in.
#[Object]
impl Session {
    /// Global id.
    pub(in crate::graphql) async fn id(&self) -> ID {
        SessionId(self.0.id).to_string().into()
    }

    /// Whether you are using it.
    fn current(&self, ctx: &Context<'_>) -> Result<bool> {
        Ok(ctx.viewer()?.session_id == Some(SessionId(self.0.id)))
    }

    /// Browser or device.
    fn user_agent(&self) -> Option<&str> {
        self.0.user_agent.as_deref()
    }

    /// Address it came from.
    fn ip(&self) -> Option<&str> {
        self.0.ip.as_deref()
    }

    /// When it was last used.
    fn last_used_at(&self) -> DateTime {
        DateTime(self.0.last_used_at)
    }

    /// When it ends unless used.
    fn expires_at(&self) -> DateTime {
        DateTime(self.0.expires_at)
    }
}

/// Tokens of a session.
#[derive(Clone, SimpleObject)]
pub struct SessionTokens {
    /// Bearer token.
    pub access_token: String,
    /// Its expiry.
    pub access_token_expires_at: DateTime,
    /// For one sessionRefresh.
    pub refresh_token: String,
    /// Its expiry.
    pub refresh_token_expires_at: DateTime,
}

impl From<service::session::SessionTokens> for SessionTokens {
    fn from(tokens: service::session::SessionTokens) -> Self {
        Self {
            access_token: tokens.access.text,
            access_token_expires_at: DateTime(tokens.access.expires_at),
            refresh_token: tokens.refresh,
            refresh_token_expires_at: DateTime(tokens.refresh_expires_at),
        }
    }
}
