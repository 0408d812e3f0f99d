//! Opens a session and hands out its first tokens.

use chrono::{DateTime, TimeDelta, Utc};
use domain::account::AccountKind;
use domain::id::SessionId;
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait};
use uuid::Uuid;

use crate::auth::token::{AccessClaims, AccessToken};
use crate::auth::{Viewer, secret};
use crate::error::Result;
use crate::state::AppState;

/// Tokens of a session.
#[derive(Clone)]
pub struct SessionTokens {
    /// For the `Authorization` header.
    pub access: AccessToken,
    /// For one refresh.
    pub refresh: String,
    /// When the refresh token, and with it the session, ends unless used.
    pub refresh_expires_at: DateTime<Utc>,
}

/// How long a session lasts unless it is refreshed: a month for buyers, a working day for staff.
pub(super) fn lifetime(kind: AccountKind) -> TimeDelta {
    match kind {
        AccountKind::Member => TimeDelta::days(30),
        AccountKind::Staff => TimeDelta::hours(12),
    }
}

/// Opens a session of an account whose credentials were checked, from where the viewer is.
///
/// # Errors
/// When it cannot be written or signed.
pub async fn open(
    transaction: &DatabaseTransaction,
    app: &AppState,
    viewer: &Viewer,
    kind: AccountKind,
    account_id: Uuid,
) -> Result<SessionTokens> {
    let now = app.clock.now();
    let session_id = app.clock.new_id();
    let session = entity::session::ActiveModel {
        id: Set(session_id),
        account_kind: Set(kind.into()),
        account_id: Set(account_id),
        user_agent: Set(viewer.user_agent.clone()),
        ip: Set(viewer.ip.map(|ip| ip.to_string())),
        created_at: Set(now),
        last_used_at: Set(now),
        expires_at: Set(now + lifetime(kind)),
        revoked_at: Set(None),
    };
    entity::session::Entity::insert(session)
        .exec_without_returning(transaction)
        .await?;
    hand_out(
        transaction,
        app,
        AccessClaims {
            kind,
            account_id,
            session_id: SessionId(session_id),
        },
    )
    .await
}

/// Writes the session's next refresh token and signs an access token.
pub(super) async fn hand_out(
    transaction: &DatabaseTransaction,
    app: &AppState,
    claims: AccessClaims,
) -> Result<SessionTokens> {
    let now = app.clock.now();
    let refresh = secret::generate()?;
    let refresh_expires_at = now + lifetime(claims.kind);
    let row = entity::refresh_token::ActiveModel {
        id: Set(app.clock.new_id()),
        session_id: Set(claims.session_id.0),
        token_hash: Set(secret::digest(&refresh)),
        issued_at: Set(now),
        expires_at: Set(refresh_expires_at),
        used_at: Set(None),
    };
    entity::refresh_token::Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(SessionTokens {
        access: app.tokens.sign(&claims)?,
        refresh,
        refresh_expires_at,
    })
}
