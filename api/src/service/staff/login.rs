//! Logs staff in.

use domain::account::AccountKind;
use sea_orm::sea_query::Expr;
use sea_orm::{EntityTrait, QueryFilter};

use super::StaffError;
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

/// Checks the password and opens a session. Unknown and closed accounts, accounts without a password yet and wrong passwords
/// take the same time and get the same answer.
///
/// # Errors
/// [`SessionError::WrongCredentials`], [`SessionError::TooManyAttempts`].
pub async fn login(
    app: &AppState,
    viewer: &Viewer,
    command: &Login,
) -> Result<SessionTokens, StaffError> {
    let email = command.email.trim().to_lowercase();
    app.throttle.check(Attempt::Login {
        ip: viewer.ip,
        account: &email,
    })?;
    let staff = entity::staff::Entity::find()
        .filter(entity::staff::COLUMN.email.eq(email))
        .one(app.database.read())
        .await?;
    let staff = staff.filter(|staff| staff.active);
    let stored = staff
        .as_ref()
        .and_then(|staff| staff.password_hash.as_deref());
    let verdict = app.passwords.verify(&command.password, stored).await?;
    let Some(staff) = staff.filter(|_| verdict != Verdict::Wrong) else {
        return Err(SessionError::WrongCredentials.into());
    };
    app.database
        .retry(|| attempt(app, viewer, &staff, &verdict))
        .await
}

async fn attempt(
    app: &AppState,
    viewer: &Viewer,
    staff: &entity::staff::Model,
    verdict: &Verdict,
) -> Result<SessionTokens, StaffError> {
    let transaction = app.database.begin().await?;
    if let Verdict::RightRehashed(hash) = verdict {
        session::replace_hash(
            &transaction,
            app,
            AccountKind::Staff,
            staff.id,
            staff.password_hash.as_deref(),
            hash,
        )
        .await?;
    }
    let column = entity::staff::COLUMN;
    let noted = entity::staff::Entity::update_many()
        .col_expr(
            entity::staff::Column::LastLoginAt,
            Expr::value(app.clock.now()),
        )
        .filter(column.id.eq(staff.id))
        .filter(column.active.eq(true))
        .exec(&transaction)
        .await?;
    if noted.rows_affected == 0 {
        return Err(SessionError::WrongCredentials.into());
    }
    let tokens = session::open(&transaction, app, viewer, AccountKind::Staff, staff.id).await?;
    transaction.commit().await?;
    Ok(tokens)
}
