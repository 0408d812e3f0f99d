//! Tokens that are mailed and work once.

use chrono::TimeDelta;
use domain::account::{AccountKind, TokenPurpose};
use entity::column::Text;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ActiveValue::Set, ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter,
};
use uuid::Uuid;

use super::SessionError;
use crate::auth::secret;
use crate::error::Result;
use crate::state::AppState;

/// What a token is for, and whose.
#[derive(Clone, Debug)]
pub struct IssuedToken {
    /// What it allows, and nothing else.
    pub purpose: TokenPurpose,
    /// Member or staff.
    pub kind: AccountKind,
    /// The account it is bound to.
    pub account_id: Uuid,
    /// Hash of the password chosen together with it; becomes the account's when the token is used.
    pub password_hash: Option<String>,
}

fn lifetime(purpose: TokenPurpose) -> TimeDelta {
    match purpose {
        TokenPurpose::EmailVerify | TokenPurpose::StaffSetup => TimeDelta::days(7),
        TokenPurpose::PasswordReset => TimeDelta::minutes(30),
    }
}

/// Makes a token; only its digest is kept.
///
/// # Errors
/// When it cannot be written.
pub async fn issue(
    transaction: &DatabaseTransaction,
    app: &AppState,
    issued: IssuedToken,
) -> Result<String> {
    let token = secret::generate()?;
    let now = app.clock.now();
    let row = entity::one_time_token::ActiveModel {
        id: Set(app.clock.new_id()),
        token_hash: Set(secret::digest(&token)),
        purpose: Set(issued.purpose.into()),
        account_kind: Set(issued.kind.into()),
        account_id: Set(issued.account_id),
        password_hash: Set(issued.password_hash),
        expires_at: Set(now + lifetime(issued.purpose)),
        used_at: Set(None),
        created_at: Set(now),
    };
    entity::one_time_token::Entity::insert(row)
        .exec_without_returning(transaction)
        .await?;
    Ok(token)
}

/// Reads a token without using it.
///
/// # Errors
/// [`SessionError::TokenInvalid`] when it is unknown, used, too old or for something else.
pub(super) async fn peek<C: ConnectionTrait>(
    connection: &C,
    app: &AppState,
    token: &str,
    purposes: &[TokenPurpose],
) -> Result<entity::one_time_token::Model, SessionError> {
    let column = entity::one_time_token::COLUMN;
    let row = entity::one_time_token::Entity::find()
        .filter(column.token_hash.eq(secret::digest(token)))
        .one(connection)
        .await?;
    row.filter(|row| {
        row.used_at.is_none()
            && row.expires_at > app.clock.now()
            && purposes.contains(&row.purpose.0)
    })
    .ok_or(SessionError::TokenInvalid)
}

/// Uses a token: of two at once, one gets through.
///
/// # Errors
/// [`SessionError::TokenInvalid`] when it is unknown, used, too old or for something else.
pub(in crate::service) async fn spend(
    transaction: &DatabaseTransaction,
    app: &AppState,
    token: &str,
    purposes: &[TokenPurpose],
) -> Result<entity::one_time_token::Model, SessionError> {
    let now = app.clock.db_now(transaction).await?;
    let column = entity::one_time_token::COLUMN;
    let spent = entity::one_time_token::Entity::update_many()
        .col_expr(entity::one_time_token::Column::UsedAt, Expr::value(now))
        .filter(column.token_hash.eq(secret::digest(token)))
        .filter(column.used_at.is_null())
        .filter(column.expires_at.gt(now))
        .filter(column.purpose.is_in(purposes.iter().copied().map(Text)))
        .exec_with_returning(transaction)
        .await?;
    spent.into_iter().next().ok_or(SessionError::TokenInvalid)
}

/// Makes an account's unused tokens worthless.
///
/// # Errors
/// When the rows cannot be written.
pub(in crate::service) async fn forget<C: ConnectionTrait>(
    connection: &C,
    kind: AccountKind,
    account_id: Uuid,
) -> Result<()> {
    let column = entity::one_time_token::COLUMN;
    entity::one_time_token::Entity::delete_many()
        .filter(column.account_id.eq(account_id))
        .filter(column.account_kind.eq(Text(kind)))
        .filter(column.used_at.is_null())
        .exec(connection)
        .await?;
    Ok(())
}
