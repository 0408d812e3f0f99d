//! Opens an account, or seems to.

use domain::account::{AccountKind, TokenPurpose};
use domain::email::EmailAddress;
use domain::member::{Profile, ProfilePatch};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveValue::Set, DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::MemberError;
use crate::auth::{Attempt, Viewer};
use crate::error::Error;
use crate::job::{self, Job, MailJob};
use crate::service::session::{self, IssuedToken};
use crate::state::AppState;

/// Asks for an account.
#[derive(Clone)]
pub struct Register {
    /// As typed.
    pub email: String,
    /// Chosen password.
    pub password: String,
    /// Profile, as far as given.
    pub profile: ProfilePatch,
}

/// An account as it is to be written.
struct Opening<'a> {
    email: &'a EmailAddress,
    hash: &'a str,
    profile: &'a Profile,
    locale: &'a str,
}

/// Opens an account and mails a token that confirms it. The answer and the time it takes are the same when the e-mail has an
/// account already; then its owner gets a mail that says so.
///
/// An address nobody confirmed may be registered again: each registration's password travels with its own token, so whoever
/// reads the mailbox confirms the password of the mail they act on, and nobody else's.
///
/// # Errors
/// [`Error::Invalid`] for what is no e-mail or profile, [`session::SessionError::PasswordWeak`],
/// [`session::SessionError::TooManyAttempts`].
pub async fn register(
    app: &AppState,
    viewer: &Viewer,
    command: Register,
) -> Result<(), MemberError> {
    let email = EmailAddress::parse(&command.email)
        .map_err(|error| Error::invalid(&["email"], error.to_string()))?;
    session::checked_password(&command.password, &email)?;
    let profile = Profile::default()
        .apply(command.profile, app.clock.now().date_naive())
        .map_err(|error| MemberError::profile(&error))?;
    app.throttle.check(Attempt::Mail {
        ip: viewer.ip,
        email: email.as_str(),
    })?;
    let hash = app.passwords.hash(&command.password).await?;
    let opening = Opening {
        email: &email,
        hash: &hash,
        profile: &profile,
        locale: viewer.locale.as_str(),
    };
    app.database.retry(|| attempt(app, &opening)).await
}

async fn attempt(app: &AppState, opening: &Opening<'_>) -> Result<(), MemberError> {
    let transaction = app.database.begin().await?;
    let to = opening.email.as_str().to_owned();
    let locale = opening.locale.to_owned();
    let mail = match write(&transaction, app, opening).await? {
        Some(member_id) => {
            let issued = IssuedToken {
                purpose: TokenPurpose::EmailVerify,
                kind: AccountKind::Member,
                account_id: member_id,
                password_hash: Some(opening.hash.to_owned()),
            };
            let token = session::issue(&transaction, app, issued).await?;
            MailJob::EmailVerify { to, locale, token }
        }
        None => MailJob::AlreadyRegistered { to, locale },
    };
    job::push(&transaction, &app.clock, &Job::Mail(mail)).await?;
    Ok(transaction.commit().await?)
}

/// Writes the account; none when a confirmed one has the address.
async fn write(
    transaction: &DatabaseTransaction,
    app: &AppState,
    opening: &Opening<'_>,
) -> Result<Option<Uuid>, MemberError> {
    let now = app.clock.now();
    let id = app.clock.new_id();
    let profile = opening.profile.clone();
    let row = entity::member::ActiveModel {
        id: Set(id),
        email: Set(opening.email.as_str().to_owned()),
        password_hash: Set(opening.hash.to_owned()),
        email_verified_at: Set(None),
        full_name: Set(profile.full_name),
        phone: Set(profile.phone),
        birthday: Set(profile.birthday),
        locale: Set(profile.locale.map(String::from)),
        accepts_marketing: Set(profile.accepts_marketing),
        tax_exemption: Set(None),
        version: Set(1),
        created_at: Set(now),
        updated_at: Set(now),
    };
    let nothing = OnConflict::column(entity::member::Column::Email)
        .do_nothing()
        .to_owned();
    let written = entity::member::Entity::insert(row)
        .on_conflict(nothing)
        .exec_without_returning(transaction)
        .await?;
    if written == 1 {
        return Ok(Some(id));
    }
    // An unconfirmed account is whoever registered last; nothing of it is worth keeping.
    let profile = opening.profile.clone();
    let column = entity::member::COLUMN;
    let replaced = entity::member::Entity::update_many()
        .col_expr(
            entity::member::Column::PasswordHash,
            Expr::value(opening.hash),
        )
        .col_expr(
            entity::member::Column::FullName,
            Expr::value(profile.full_name),
        )
        .col_expr(entity::member::Column::Phone, Expr::value(profile.phone))
        .col_expr(
            entity::member::Column::Birthday,
            Expr::value(profile.birthday),
        )
        .col_expr(
            entity::member::Column::Locale,
            Expr::value(profile.locale.map(String::from)),
        )
        .col_expr(
            entity::member::Column::AcceptsMarketing,
            Expr::value(profile.accepts_marketing),
        )
        .col_expr(entity::member::Column::UpdatedAt, Expr::value(now))
        .filter(column.email.eq(opening.email.as_str()))
        .filter(column.email_verified_at.is_null())
        .exec_with_returning(transaction)
        .await?;
    Ok(replaced.into_iter().next().map(|member| member.id))
}
