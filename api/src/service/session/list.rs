//! Where accounts are logged in.

use std::collections::HashMap;

use domain::account::AccountKind;
use domain::id::SessionId;
use entity::column::Text;
use sea_orm::{ColumnTrait, EntityTrait, Order, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::revoke::logged_in;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Sessions that stand, per account: the viewer's current one first, then the latest used first.
///
/// The caller decides who may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn sessions_by_accounts(
    app: &AppState,
    viewer: &Viewer,
    kind: AccountKind,
    accounts: &[Uuid],
) -> Result<HashMap<Uuid, Vec<entity::session::Model>>> {
    let column = entity::session::COLUMN;
    let rows = entity::session::Entity::find()
        .filter(column.account_id.is_in(accounts.iter().copied()))
        .filter(column.account_kind.eq(Text(kind)))
        .filter(column.revoked_at.is_null())
        .filter(column.expires_at.gt(app.clock.now()))
        .order_by(entity::session::Column::LastUsedAt, Order::Desc)
        .order_by(entity::session::Column::Id, Order::Desc)
        .all(app.database.read())
        .await?;
    let mut by_account: HashMap<Uuid, Vec<entity::session::Model>> = HashMap::new();
    for row in rows {
        by_account.entry(row.account_id).or_default().push(row);
    }
    for sessions in by_account.values_mut() {
        sessions.sort_by_key(|session| Some(SessionId(session.id)) != viewer.session_id);
    }
    Ok(by_account)
}

/// One of the viewer's own standing sessions.
///
/// # Errors
/// [`Error::NotFound`] for any other.
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    session_id: SessionId,
) -> Result<entity::session::Model> {
    let unknown = || Error::NotFound("session");
    let own = logged_in(viewer).map_err(|_guest| unknown())?;
    let row = entity::session::Entity::find_by_id(session_id.0)
        .one(app.database.read())
        .await?
        .ok_or_else(unknown)?;
    let is_own = own == (row.account_kind.0, row.account_id);
    let stands = row.revoked_at.is_none() && row.expires_at > app.clock.now();
    if is_own && stands {
        Ok(row)
    } else {
        Err(unknown())
    }
}
