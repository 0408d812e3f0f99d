//! Logs a member in.

use domain::account::AccountKind;
use sea_orm::{EntityTrait, QueryFilter};

use super::{LoggedIn, MemberError};
use crate::auth::password::Verdict;
use crate::auth::{Attempt, Viewer};
use crate::service::session::{self, SessionError, SessionTokens};
use crate::state::AppState;

/// Asks to log in.
#[derive(Clone)]
pub struct Login {
    /// As typed.
    pub email: String,
    /// As typed.
    pub password: String,
}

/// Checks the password and opens a session. Unknown accounts and wrong passwords take the same time and get the same answer.
///
/// # Errors
/// [`SessionError::WrongCredentials`], [`MemberError::EmailUnverified`] (only with the right password),
/// [`SessionError::TooManyAttempts`].
pub async fn login(
    app: &AppState,
    viewer: &Viewer,
    command: &Login,
) -> Result<LoggedIn, MemberError> {
    let email = command.email.trim().to_lowercase();
    app.throttle.check(Attempt::Login {
        ip: viewer.ip,
        account: &email,
    })?;
    let member = entity::member::Entity::find()
        .filter(entity::member::COLUMN.email.eq(email))
        .one(app.database.read())
        .await?;
    let stored = member.as_ref().map(|member| member.password_hash.as_str());
    let verdict = app.passwords.verify(&command.password, stored).await?;
    let Some(member) = member.filter(|_| verdict != Verdict::Wrong) else {
        return Err(SessionError::WrongCredentials.into());
    };
    if member.email_verified_at.is_none() {
        return Err(MemberError::EmailUnverified);
    }
    let attempt = || attempt(app, viewer, &member, &verdict);
    let tokens = app.database.retry(attempt).await?;
    Ok(LoggedIn { member, tokens })
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    member: &entity::member::Model,
    verdict: &Verdict,
) -> Result<SessionTokens, MemberError> {
    let transaction = app.database.begin().await?;
    if let Verdict::RightRehashed(hash) = verdict {
        session::replace_hash(
            &transaction,
            app,
            AccountKind::Member,
            member.id,
            Some(&member.password_hash),
            hash,
        )
        .await?;
    }
    let tokens = session::open(&transaction, app, viewer, AccountKind::Member, member.id).await?;
    transaction.commit().await?;
    Ok(tokens)
}
