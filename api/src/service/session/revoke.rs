//! Ends sessions.

use domain::account::AccountKind;
use domain::id::SessionId;
use domain::permission::Permission;
use entity::column::Text;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::SessionError;
use crate::auth::{Account, Viewer};
use crate::error::{Error, Result};
use crate::state::AppState;

/// Kind and id of the account somebody is logged in to.
///
/// # Errors
/// [`Error::Unauthenticated`] for guests, programs and the server itself.
pub(super) fn logged_in(viewer: &Viewer) -> Result<(AccountKind, Uuid)> {
    match viewer.account {
        Account::Member(id) => Ok((AccountKind::Member, id.0)),
        Account::Staff(id) => Ok((AccountKind::Staff, id.0)),
        Account::Guest | Account::ApiKey(_) | Account::System => Err(Error::Unauthenticated),
    }
}

/// Ends the session the viewer uses, or all of the account. Gives back the one used.
///
/// # Errors
/// [`Error::Unauthenticated`] when nobody is logged in.
pub async fn logout(
    app: &AppState,
    viewer: &Viewer,
    everywhere: bool,
) -> Result<SessionId, SessionError> {
    let (kind, account_id) = logged_in(viewer)?;
    let session_id = viewer.session_id.ok_or(Error::Unauthenticated)?;
    let transaction = app.database.begin().await?;
    let ended = if everywhere {
        end_sessions(&transaction, app, kind, account_id, None).await?
    } else {
        end_one(&transaction, app, session_id.0).await?;
        vec![session_id.0]
    };
    transaction.commit().await?;
    app.access.forget_sessions(ended);
    Ok(session_id)
}

/// Ends one session: the viewer's own, or anybody's with the permission to change such accounts.
///
/// # Errors
/// [`Error::NotFound`] when it is unknown, ended or not the viewer's, [`Error::Forbidden`] for staff without the permission.
pub async fn revoke(
    app: &AppState,
    viewer: &Viewer,
    session_id: SessionId,
) -> Result<SessionId, SessionError> {
    if viewer.account == Account::Guest {
        return Err(Error::Unauthenticated.into());
    }
    let transaction = app.database.begin().await?;
    let session = entity::session::Entity::find_by_id(session_id.0)
        .one(&transaction)
        .await?;
    let session = session.ok_or(Error::NotFound("session"))?;
    let is_own =
        logged_in(viewer).is_ok_and(|own| own == (session.account_kind.0, session.account_id));
    if !is_own {
        if viewer.member_id().is_some() {
            return Err(Error::NotFound("session").into());
        }
        viewer.require(match session.account_kind.0 {
            AccountKind::Member => Permission::MemberWrite,
            AccountKind::Staff => Permission::StaffWrite,
        })?;
    }
    if !end_one(&transaction, app, session_id.0).await? {
        return Err(Error::NotFound("session").into());
    }
    transaction.commit().await?;
    app.access.forget_sessions([session_id.0]);
    Ok(session_id)
}

/// Ends a session; false when it had ended before.
pub(super) async fn end_one<C: ConnectionTrait>(
    connection: &C,
    app: &AppState,
    session_id: Uuid,
) -> Result<bool> {
    let column = entity::session::COLUMN;
    let ended = entity::session::Entity::update_many()
        .col_expr(
            entity::session::Column::RevokedAt,
            Expr::value(app.clock.now()),
        )
        .filter(column.id.eq(session_id))
        .filter(column.revoked_at.is_null())
        .exec(connection)
        .await?;
    Ok(ended.rows_affected > 0)
}

/// Ends all sessions of an account but one, and tells which: after the commit they are to be forgotten
/// (`app.access.forget_sessions`).
///
/// # Errors
/// When the rows cannot be written.
pub(in crate::service) async fn end_sessions(
    transaction: &DatabaseTransaction,
    app: &AppState,
    kind: AccountKind,
    account_id: Uuid,
    except: Option<SessionId>,
) -> Result<Vec<Uuid>> {
    let column = entity::session::COLUMN;
    let mut ending = entity::session::Entity::update_many()
        .col_expr(
            entity::session::Column::RevokedAt,
            Expr::value(app.clock.now()),
        )
        .filter(column.account_id.eq(account_id))
        .filter(column.account_kind.eq(Text(kind)))
        .filter(column.revoked_at.is_null());
    if let Some(kept) = except {
        ending = ending.filter(column.id.ne(kept.0));
    }
    let ended = ending.exec_with_returning(transaction).await?;
    Ok(ended.into_iter().map(|session| session.id).collect())
}
