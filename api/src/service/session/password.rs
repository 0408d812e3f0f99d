//! New passwords: by a mailed token, or by the present password.

use chrono::{DateTime, Utc};
use domain::account::{AccountKind, TokenPurpose};
use domain::email::EmailAddress;
use domain::id::{MemberId, StaffId};
use entity::column::Text;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::SessionError;
use super::one_time::{IssuedToken, forget, issue, peek, spend};
use super::revoke::{end_sessions, logged_in};
use crate::auth::password::Verdict;
use crate::auth::{Attempt, Viewer};
use crate::error::{Error, Result};
use crate::job::{self, Job, MailJob};
use crate::service::member::welcome;
use crate::state::AppState;

/// Tokens that set a password.
const RESETTING: [TokenPurpose; 2] = [TokenPurpose::PasswordReset, TokenPurpose::StaffSetup];

/// Asks for a mail with a reset link.
#[derive(Clone, Debug)]
pub struct RequestReset {
    /// As typed.
    pub email: String,
}

/// Sets a password by a mailed token.
#[derive(Clone)]
pub struct ResetPassword {
    /// From the mail, or printed at the first start.
    pub token: String,
    /// The new password.
    pub password: String,
}

/// Sets a password by the present one.
#[derive(Clone)]
pub struct ChangePassword {
    /// The present one.
    pub current_password: String,
    /// The new one.
    pub password: String,
}

/// The account a password belongs to.
struct Holder {
    email: EmailAddress,
    password_hash: Option<String>,
}

/// Checks a new password against the rules; `email` is whose it will be.
///
/// # Errors
/// [`SessionError::PasswordWeak`].
pub(in crate::service) fn checked_password(
    password: &str,
    email: &EmailAddress,
) -> Result<(), SessionError> {
    Ok(domain::password::check(password, email)?)
}

/// Notes the wish for a reset mail. The account is looked up later, by the job: answer and time are the same for unknown
/// addresses.
///
/// # Errors
/// [`Error::Invalid`] for what is no e-mail address, [`SessionError::TooManyAttempts`].
pub async fn request_reset(
    app: &AppState,
    viewer: &Viewer,
    command: &RequestReset,
) -> Result<(), SessionError> {
    let email = EmailAddress::parse(&command.email)
        .map_err(|error| Error::invalid(&["email"], error.to_string()))?;
    app.throttle.check(Attempt::Mail {
        ip: viewer.ip,
        email: email.as_str(),
    })?;
    let wish = Job::PasswordResetRequested {
        email: email.as_str().to_owned(),
        locale: viewer.locale.as_str().to_owned(),
        requested_at: app.clock.now(),
    };
    let transaction = app.database.begin().await?;
    job::push(&transaction, &app.clock, &wish).await?;
    Ok(transaction.commit().await?)
}

/// Carries out [`Job::PasswordResetRequested`]: mails a token to each account of the address. Seen a second time it does
/// nothing.
///
/// # Errors
/// When the database fails; the job is to be tried again.
pub async fn mail_reset(
    app: &AppState,
    email: &str,
    locale: &str,
    requested_at: DateTime<Utc>,
) -> Result<()> {
    let transaction = app.database.begin().await?;
    let member = entity::member::Entity::find()
        .filter(entity::member::COLUMN.email.eq(email))
        .one(&transaction)
        .await?;
    let staff = entity::staff::Entity::find()
        .filter(entity::staff::COLUMN.email.eq(email))
        .one(&transaction)
        .await?;
    let accounts = member
        .map(|member| (AccountKind::Member, member.id))
        .into_iter()
        .chain(
            staff
                .filter(|staff| staff.active)
                .map(|staff| (AccountKind::Staff, staff.id)),
        );
    for (kind, account_id) in accounts {
        let column = entity::one_time_token::COLUMN;
        let done = entity::one_time_token::Entity::find()
            .filter(column.account_id.eq(account_id))
            .filter(column.account_kind.eq(Text(kind)))
            .filter(column.purpose.eq(Text(TokenPurpose::PasswordReset)))
            .filter(column.created_at.gte(requested_at))
            .one(&transaction)
            .await?;
        if done.is_some() {
            continue;
        }
        let issued = IssuedToken {
            purpose: TokenPurpose::PasswordReset,
            kind,
            account_id,
            password_hash: None,
        };
        let token = issue(&transaction, app, issued).await?;
        let mail = MailJob::PasswordReset {
            to: email.to_owned(),
            locale: locale.to_owned(),
            token,
        };
        job::push(&transaction, &app.clock, &Job::Mail(mail)).await?;
    }
    Ok(transaction.commit().await?)
}

/// Sets a password by token and ends all sessions of the account. The mail proves the address, so a member's e-mail counts
/// as confirmed.
///
/// # Errors
/// [`SessionError::TokenInvalid`], [`SessionError::PasswordWeak`] (the token stays good), [`SessionError::TooManyAttempts`].
pub async fn reset_password(
    app: &AppState,
    viewer: &Viewer,
    command: &ResetPassword,
) -> Result<(), SessionError> {
    app.throttle.check(Attempt::Token { ip: viewer.ip })?;
    let token = peek(app.database.read(), app, &command.token, &RESETTING).await?;
    let holder = load_holder(app.database.read(), token.account_kind.0, token.account_id)
        .await?
        .ok_or(SessionError::TokenInvalid)?;
    checked_password(&command.password, &holder.email)?;
    let hash = app.passwords.hash(&command.password).await?;
    let ended = app
        .database
        .retry(|| reset_attempt(app, viewer, &command.token, &hash))
        .await?;
    app.access.forget_sessions(ended);
    Ok(())
}

async fn reset_attempt(
    app: &AppState,
    viewer: &Viewer,
    token: &str,
    hash: &str,
) -> Result<Vec<Uuid>, SessionError> {
    let transaction = app.database.begin().await?;
    let spent = spend(&transaction, app, token, &RESETTING).await?;
    let (kind, account_id) = (spent.account_kind.0, spent.account_id);
    let now = app.clock.now();
    match kind {
        AccountKind::Member => {
            let member = entity::member::Entity::find_by_id(account_id)
                .one(&transaction)
                .await?
                .ok_or(SessionError::TokenInvalid)?;
            let column = entity::member::COLUMN;
            entity::member::Entity::update_many()
                .col_expr(entity::member::Column::PasswordHash, Expr::value(hash))
                .col_expr(
                    entity::member::Column::EmailVerifiedAt,
                    Expr::value(member.email_verified_at.unwrap_or(now)),
                )
                .col_expr(entity::member::Column::UpdatedAt, Expr::value(now))
                .filter(column.id.eq(account_id))
                .exec(&transaction)
                .await?;
            if member.email_verified_at.is_none() {
                welcome(
                    &transaction,
                    app,
                    viewer,
                    MemberId(account_id),
                    &member.email,
                )
                .await?;
            }
        }
        AccountKind::Staff => {
            let column = entity::staff::COLUMN;
            let set = entity::staff::Entity::update_many()
                .col_expr(entity::staff::Column::PasswordHash, Expr::value(hash))
                .col_expr(entity::staff::Column::UpdatedAt, Expr::value(now))
                .filter(column.id.eq(account_id))
                .filter(column.active.eq(true))
                .exec(&transaction)
                .await?;
            if set.rows_affected == 0 {
                return Err(SessionError::TokenInvalid);
            }
        }
    }
    forget(&transaction, kind, account_id).await?;
    let ended = end_sessions(&transaction, app, kind, account_id, None).await?;
    transaction.commit().await?;
    Ok(ended)
}

/// Changes the viewer's password and ends the account's other sessions.
///
/// # Errors
/// [`SessionError::WrongCredentials`] for a wrong present password, [`SessionError::PasswordWeak`],
/// [`SessionError::TooManyAttempts`], [`Error::Unauthenticated`].
pub async fn change_password(
    app: &AppState,
    viewer: &Viewer,
    command: &ChangePassword,
) -> Result<(), SessionError> {
    let (kind, account_id) = logged_in(viewer)?;
    let account = match kind {
        AccountKind::Member => MemberId(account_id).to_string(),
        AccountKind::Staff => StaffId(account_id).to_string(),
    };
    app.throttle.check(Attempt::Login {
        ip: viewer.ip,
        account: &account,
    })?;
    let holder = load_holder(app.database.read(), kind, account_id)
        .await?
        .ok_or(Error::Unauthenticated)?;
    match app
        .passwords
        .verify(&command.current_password, holder.password_hash.as_deref())
        .await?
    {
        Verdict::Right | Verdict::RightRehashed(_) => {}
        Verdict::Wrong => return Err(SessionError::WrongCredentials),
    }
    checked_password(&command.password, &holder.email)?;
    let hash = app.passwords.hash(&command.password).await?;
    let transaction = app.database.begin().await?;
    // Guarded by the hash that was checked: a change that came in between wins.
    if !replace_hash(
        &transaction,
        app,
        kind,
        account_id,
        holder.password_hash.as_deref(),
        &hash,
    )
    .await?
    {
        return Err(Error::Conflict("account").into());
    }
    forget(&transaction, kind, account_id).await?;
    let ended = end_sessions(&transaction, app, kind, account_id, viewer.session_id).await?;
    transaction.commit().await?;
    app.access.forget_sessions(ended);
    Ok(())
}

async fn load_holder<C: ConnectionTrait>(
    connection: &C,
    kind: AccountKind,
    account_id: Uuid,
) -> Result<Option<Holder>> {
    let found = match kind {
        AccountKind::Member => {
            let member = entity::member::Entity::find_by_id(account_id)
                .one(connection)
                .await?;
            member.map(|member| (member.email, Some(member.password_hash)))
        }
        AccountKind::Staff => {
            let staff = entity::staff::Entity::find_by_id(account_id)
                .one(connection)
                .await?;
            staff
                .filter(|staff| staff.active)
                .map(|staff| (staff.email, staff.password_hash))
        }
    };
    let Some((email, password_hash)) = found else {
        return Ok(None);
    };
    Ok(Some(Holder {
        email: EmailAddress::parse(&email).map_err(Error::internal)?,
        password_hash,
    }))
}

/// Stores a new hash if the present one is still there; false when it is not.
pub(in crate::service) async fn replace_hash(
    transaction: &DatabaseTransaction,
    app: &AppState,
    kind: AccountKind,
    account_id: Uuid,
    present: Option<&str>,
    hash: &str,
) -> Result<bool> {
    let now = app.clock.now();
    let replaced = match kind {
        AccountKind::Member => {
            let column = entity::member::COLUMN;
            entity::member::Entity::update_many()
                .col_expr(entity::member::Column::PasswordHash, Expr::value(hash))
                .col_expr(entity::member::Column::UpdatedAt, Expr::value(now))
                .filter(column.id.eq(account_id))
                .filter(column.password_hash.eq(present.unwrap_or_default()))
                .exec(transaction)
                .await?
        }
        AccountKind::Staff => {
            let column = entity::staff::COLUMN;
            entity::staff::Entity::update_many()
                .col_expr(entity::staff::Column::PasswordHash, Expr::value(hash))
                .col_expr(entity::staff::Column::UpdatedAt, Expr::value(now))
                .filter(column.id.eq(account_id))
                .filter(column.password_hash.eq(present.unwrap_or_default()))
                .exec(transaction)
                .await?
        }
    };
    Ok(replaced.rows_affected == 1)
}
