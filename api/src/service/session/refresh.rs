//! Trades a refresh token for the next one.
//!
//! A refresh token works once. Its second use means that two hold it, so the whole session ends, as RFC 9700 §4.14.2 has it;
//! there is no grace, also not for two requests of one client at once: clients must send one refresh at a time.

use domain::id::SessionId;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter};

use super::open::{SessionTokens, hand_out, lifetime};
use super::{SessionError, revoke};
use crate::auth::token::AccessClaims;
use crate::auth::{Attempt, Viewer, secret};
use crate::state::AppState;

/// Asks for new tokens.
#[derive(Clone)]
pub struct Refresh {
    /// The latest refresh token.
    pub refresh_token: String,
}

/// Spends a refresh token and hands out the next pair.
///
/// # Errors
/// [`SessionError::TokenInvalid`] for an unknown, ended or used token (a used one ends its session),
/// [`SessionError::TooManyAttempts`] when the address tries too many.
pub async fn refresh(
    app: &AppState,
    viewer: &Viewer,
    command: &Refresh,
) -> Result<SessionTokens, SessionError> {
    app.throttle.check(Attempt::Token { ip: viewer.ip })?;
    let digest = secret::digest(&command.refresh_token);
    app.database.retry(|| attempt(app, &digest)).await
}

async fn attempt(app: &AppState, digest: &str) -> Result<SessionTokens, SessionError> {
    let transaction = app.database.begin().await?;
    let now = app.clock.db_now(&transaction).await?;
    let column = entity::refresh_token::COLUMN;
    // Two at once: the second waits here for the first to commit, then finds the token used.
    let spent = entity::refresh_token::Entity::update_many()
        .col_expr(entity::refresh_token::Column::UsedAt, Expr::value(now))
        .filter(column.token_hash.eq(digest))
        .filter(column.used_at.is_null())
        .filter(column.expires_at.gt(now))
        .exec_with_returning(&transaction)
        .await?;
    let Some(spent) = spent.into_iter().next() else {
        return refuse(app, transaction, digest).await;
    };
    let Some(session) = entity::session::Entity::find_by_id(spent.session_id)
        .one(&transaction)
        .await?
    else {
        return Err(SessionError::TokenInvalid);
    };
    let column = entity::session::COLUMN;
    let kept = entity::session::Entity::update_many()
        .col_expr(entity::session::Column::LastUsedAt, Expr::value(now))
        .col_expr(
            entity::session::Column::ExpiresAt,
            Expr::value(now + lifetime(session.account_kind.0)),
        )
        .filter(column.id.eq(session.id))
        .filter(column.revoked_at.is_null())
        .exec(&transaction)
        .await?;
    if kept.rows_affected == 0 {
        return Err(SessionError::TokenInvalid);
    }
    let claims = AccessClaims {
        kind: session.account_kind.0,
        account_id: session.account_id,
        session_id: SessionId(session.id),
    };
    let tokens = hand_out(&transaction, app, claims).await?;
    transaction.commit().await?;
    // The remembered end of the session is the old one.
    app.access.forget_sessions([session.id]);
    Ok(tokens)
}

/// Ends the session of a token that was used before; an unknown or lapsed one changes nothing.
async fn refuse(
    app: &AppState,
    transaction: DatabaseTransaction,
    digest: &str,
) -> Result<SessionTokens, SessionError> {
    let column = entity::refresh_token::COLUMN;
    let known = entity::refresh_token::Entity::find()
        .filter(column.token_hash.eq(digest))
        .one(&transaction)
        .await?;
    if let Some(used) = known.filter(|token| token.used_at.is_some()) {
        let ended = revoke::end_one(&transaction, app, used.session_id).await?;
        transaction.commit().await?;
        app.access.forget_sessions([used.session_id]);
        if ended {
            tracing::warn!(session.id = %SessionId(used.session_id), "a refresh token was used twice; its session was ended");
        }
    }
    Err(SessionError::TokenInvalid)
}
