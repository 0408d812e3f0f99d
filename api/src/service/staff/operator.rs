//! What the operator of the server does without logging in: the first start, and accounts from the command line.

use std::collections::BTreeSet;

use domain::account::{AccountKind, TokenPurpose};
use domain::email::EmailAddress;
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use sea_orm::sea_query::Expr;
use sea_orm::{DatabaseTransaction, EntityTrait, QueryFilter};
use uuid::Uuid;

use super::StaffError;
use super::account::{insert, write_roles};
use super::role::{self, lock_roles};
use crate::error::{Error, Result};
use crate::service::session::{self, IssuedToken};
use crate::state::AppState;

/// The role that allows everything.
pub const OWNER_ROLE: &str = "owner";
/// E-mail of the account the first start opens; it can be changed once logged in.
pub const FIRST_OWNER_EMAIL: &str = "owner@vitrine.local";

/// An account asked for on the command line.
#[derive(Clone)]
pub struct OperatorAccount {
    /// E-mail to log in with.
    pub email: String,
    /// Name of a role; `owner` is made if it is missing.
    pub role: String,
    /// Its password.
    pub password: String,
}

/// A token that sets the first staff password, spent with `passwordReset`.
#[derive(Clone)]
pub struct SetupToken {
    /// E-mail of the account it is for.
    pub email: String,
    /// The token; renewed with each start.
    pub token: String,
}

/// Opens an account with a password and a role. The caller runs the server itself, so nobody's permission is asked.
///
/// # Errors
/// [`Error::Invalid`] for a bad or taken e-mail or an unknown role, [`session::SessionError::PasswordWeak`].
pub async fn create_by_operator(
    app: &AppState,
    command: &OperatorAccount,
) -> Result<entity::staff::Model, StaffError> {
    let email = EmailAddress::parse(&command.email)
        .map_err(|error| Error::invalid(&["email"], error.to_string()))?;
    session::checked_password(&command.password, &email)?;
    let hash = app.passwords.hash(&command.password).await?;
    let transaction = app.database.begin().await?;
    let role_id = if command.role == OWNER_ROLE {
        owner_role(&transaction, app).await?.id
    } else {
        let column = entity::role::COLUMN;
        let role = entity::role::Entity::find()
            .filter(column.name.eq(command.role.as_str()))
            .one(&transaction)
            .await?;
        role.ok_or_else(|| {
            Error::invalid(&["role"], format!("there is no role {:?}", command.role))
        })?
        .id
    };
    let row = account(app, &email, Some(hash));
    insert(&transaction, &row).await?;
    write_roles(&transaction, row.id, [role_id]).await?;
    transaction.commit().await?;
    Ok(row)
}

/// While nobody can log in to the console: makes sure that there is an owner account and gives a fresh token for it. Tokens
/// printed by earlier starts stop working. In any case the owner role is brought up to date, for permissions that came with a
/// newer version could be given by nobody else.
///
/// # Errors
/// When the database fails.
pub async fn setup_token(app: &AppState) -> Result<Option<SetupToken>, StaffError> {
    let transaction = app.database.begin().await?;
    let owner = owner_role(&transaction, app).await?;
    let column = entity::staff::COLUMN;
    let usable = entity::staff::Entity::find()
        .filter(column.active.eq(true))
        .filter(column.password_hash.is_not_null())
        .one(&transaction)
        .await?;
    if usable.is_some() {
        transaction.commit().await?;
        return Ok(None);
    }
    let account_id = first_owner(&transaction, app, owner.id).await?;
    session::forget(&transaction, AccountKind::Staff, account_id).await?;
    let issued = IssuedToken {
        purpose: TokenPurpose::StaffSetup,
        kind: AccountKind::Staff,
        account_id,
        password_hash: None,
    };
    let token = session::issue(&transaction, app, issued).await?;
    transaction.commit().await?;
    Ok(Some(SetupToken {
        email: FIRST_OWNER_EMAIL.to_owned(),
        token,
    }))
}

/// The account of the first start, open and with the owner role.
async fn first_owner(
    transaction: &DatabaseTransaction,
    app: &AppState,
    owner_role: Uuid,
) -> Result<Uuid> {
    let column = entity::staff::COLUMN;
    let reopened = entity::staff::Entity::update_many()
        .col_expr(entity::staff::Column::Active, Expr::value(true))
        .filter(column.email.eq(FIRST_OWNER_EMAIL))
        .exec_with_returning(transaction)
        .await?;
    let account_id = if let Some(row) = reopened.into_iter().next() {
        row.id
    } else {
        let row = account(
            app,
            &EmailAddress::parse(FIRST_OWNER_EMAIL).map_err(Error::internal)?,
            None,
        );
        insert(transaction, &row).await?;
        row.id
    };
    write_roles(transaction, account_id, [owner_role]).await?;
    Ok(account_id)
}

/// The owner role with every permission there is; permissions that came with a newer version are added.
async fn owner_role(
    transaction: &DatabaseTransaction,
    app: &AppState,
) -> Result<entity::role::Model> {
    let present = lock_roles(transaction)
        .await?
        .into_iter()
        .find(|role| role.name == OWNER_ROLE);
    let all: BTreeSet<Permission> = Permission::ALL.iter().copied().collect();
    match present {
        Some(role) if role.granted() == all => Ok(role),
        Some(role) => role::set_permissions(transaction, role, all).await,
        None => role::insert(transaction, app, OWNER_ROLE, all).await,
    }
}

fn account(
    app: &AppState,
    email: &EmailAddress,
    password_hash: Option<String>,
) -> entity::staff::Model {
    let now = app.clock.now();
    entity::staff::Model {
        id: app.clock.new_id(),
        email: email.as_str().to_owned(),
        full_name: email.as_str().to_owned(),
        password_hash,
        active: true,
        last_login_at: None,
        created_at: now,
        updated_at: now,
    }
}
