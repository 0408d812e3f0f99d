//! Opens and changes staff accounts.

use std::collections::BTreeSet;

use domain::account::{AccountKind, TokenPurpose};
use domain::email::EmailAddress;
use domain::id::{RoleId, StaffId};
use domain::permission::Permission;
use sea_orm::sea_query::OnConflict;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel,
    QueryFilter,
};
use uuid::Uuid;

use super::StaffError;
use super::role::{check_given, keep_an_admin, lock_roles};
use crate::auth::Viewer;
use crate::auth::access::permissions_of_staff;
use crate::error::{Error, Result};
use crate::job::{self, Job, MailJob};
use crate::service::session::{self, IssuedToken};
use crate::state::AppState;

/// Longest name, in characters.
const MAX_NAME: usize = 200;
/// Roles one account may have.
const MAX_ROLES: usize = 50;

/// What to write of an account; a field left out stays.
#[derive(Clone, Debug, Default)]
pub struct StaffPatch {
    /// E-mail to log in with; needed to create.
    pub email: Option<String>,
    /// Name; needed to create.
    pub full_name: Option<String>,
    /// Roles.
    pub role_ids: Option<Vec<RoleId>>,
    /// Whether the account may be used.
    pub active: Option<bool>,
}

/// Opens an account.
#[derive(Clone, Debug)]
pub struct CreateStaff {
    /// Its fields.
    pub staff: StaffPatch,
}

/// Changes an account.
#[derive(Clone, Debug)]
pub struct UpdateStaff {
    /// Which.
    pub staff_id: StaffId,
    /// What to change.
    pub staff: StaffPatch,
}

/// Opens an account and mails a link to set its password.
///
/// # Errors
/// [`Error::Invalid`] for bad or taken values, [`StaffError::PermissionExceeded`] for roles that allow more than the viewer,
/// [`Error::Forbidden`] without [`Permission::StaffWrite`].
pub async fn create(
    app: &AppState,
    viewer: &Viewer,
    command: CreateStaff,
) -> Result<entity::staff::Model, StaffError> {
    viewer.require(Permission::StaffWrite)?;
    let patch = command.staff;
    let email = checked_email(
        patch
            .email
            .as_deref()
            .ok_or_else(|| Error::invalid(&["staff", "email"], "an e-mail is needed"))?,
    )?;
    let full_name = checked_name(
        patch
            .full_name
            .as_deref()
            .ok_or_else(|| Error::invalid(&["staff", "fullName"], "a name is needed"))?,
    )?;
    let transaction = app.database.begin().await?;
    lock_roles(&transaction).await?;
    let now = app.clock.now();
    let row = entity::staff::Model {
        id: app.clock.new_id(),
        email: email.as_str().to_owned(),
        full_name,
        password_hash: None,
        active: patch.active.unwrap_or(true),
        last_login_at: None,
        created_at: now,
        updated_at: now,
    };
    insert(&transaction, &row).await?;
    give_roles(
        &transaction,
        viewer,
        row.id,
        &patch.role_ids.unwrap_or_default(),
    )
    .await?;
    let issued = IssuedToken {
        purpose: TokenPurpose::StaffSetup,
        kind: AccountKind::Staff,
        account_id: row.id,
        password_hash: None,
    };
    let token = session::issue(&transaction, app, issued).await?;
    let mail = MailJob::StaffInvite {
        to: row.email.clone(),
        locale: viewer.locale.as_str().to_owned(),
        token,
    };
    job::push(&transaction, &app.clock, &Job::Mail(mail)).await?;
    transaction.commit().await?;
    Ok(row)
}

/// Changes name, e-mail, roles or access of an account whose rights the viewer has too. A closed account and one with a new
/// e-mail lose their sessions.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Invalid`], [`StaffError::PermissionExceeded`], [`StaffError::LastAdmin`],
/// [`Error::Forbidden`] without [`Permission::StaffWrite`].
pub async fn update(
    app: &AppState,
    viewer: &Viewer,
    command: UpdateStaff,
) -> Result<entity::staff::Model, StaffError> {
    viewer.require(Permission::StaffWrite)?;
    let patch = command.staff;
    let email = patch.email.as_deref().map(checked_email).transpose()?;
    let full_name = patch.full_name.as_deref().map(checked_name).transpose()?;
    let transaction = app.database.begin().await?;
    lock_roles(&transaction).await?;
    let row = entity::staff::Entity::find_by_id(command.staff_id.0)
        .one(&transaction)
        .await?
        .ok_or(Error::NotFound("staff account"))?;
    // Who could change the e-mail of somebody mightier could become them.
    check_given(viewer, &permissions_of_staff(&transaction, row.id).await?)?;
    let email_changes = email
        .as_ref()
        .is_some_and(|email| email.as_str() != row.email);
    if let Some(email) = email.as_ref().filter(|_| email_changes) {
        let taken = entity::staff::Entity::find()
            .filter(entity::staff::COLUMN.email.eq(email.as_str()))
            .one(&transaction)
            .await?;
        if taken.is_some() {
            return Err(taken_email().into());
        }
    }
    let closes = row.active && patch.active == Some(false);
    let staff_id = row.id;
    let mut changed = row.into_active_model();
    if let Some(email) = email {
        changed.email = Set(email.as_str().to_owned());
    }
    if let Some(full_name) = full_name {
        changed.full_name = Set(full_name);
    }
    if let Some(active) = patch.active {
        changed.active = Set(active);
    }
    changed.updated_at = Set(app.clock.now());
    let row = changed.update(&transaction).await?;
    if let Some(role_ids) = &patch.role_ids {
        let column = entity::staff_role::COLUMN;
        entity::staff_role::Entity::delete_many()
            .filter(column.staff_id.eq(staff_id))
            .exec(&transaction)
            .await?;
        give_roles(&transaction, viewer, staff_id, role_ids).await?;
    }
    keep_an_admin(&transaction).await?;
    if closes || email_changes {
        session::forget(&transaction, AccountKind::Staff, staff_id).await?;
        session::end_sessions(&transaction, app, AccountKind::Staff, staff_id, None).await?;
    }
    transaction.commit().await?;
    app.access.forget_all();
    Ok(row)
}

/// Writes a new account.
///
/// # Errors
/// [`Error::Invalid`] when the e-mail is taken.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    row: &entity::staff::Model,
) -> Result<()> {
    let nothing = OnConflict::column(entity::staff::Column::Email)
        .do_nothing()
        .to_owned();
    let insert = entity::staff::Entity::insert(row.clone().into_active_model().reset_all());
    let written = insert
        .on_conflict(nothing)
        .exec_without_returning(transaction)
        .await?;
    if written == 1 {
        Ok(())
    } else {
        Err(taken_email())
    }
}

/// Adds roles to an account; those it has stay.
pub(super) async fn write_roles(
    transaction: &DatabaseTransaction,
    staff_id: Uuid,
    roles: impl IntoIterator<Item = Uuid>,
) -> Result<()> {
    let rows = roles
        .into_iter()
        .map(|role_id| entity::staff_role::ActiveModel {
            staff_id: Set(staff_id),
            role_id: Set(role_id),
        });
    let mut nothing = OnConflict::columns([
        entity::staff_role::Column::StaffId,
        entity::staff_role::Column::RoleId,
    ]);
    entity::staff_role::Entity::insert_many(rows)
        .on_conflict(nothing.do_nothing().to_owned())
        .exec_without_returning(transaction)
        .await?;
    Ok(())
}

async fn give_roles(
    transaction: &DatabaseTransaction,
    viewer: &Viewer,
    staff_id: Uuid,
    role_ids: &[RoleId],
) -> Result<(), StaffError> {
    if role_ids.len() > MAX_ROLES {
        return Err(Error::invalid(
            &["staff", "roleIds"],
            format!("an account has at most {MAX_ROLES} roles"),
        )
        .into());
    }
    let wanted: BTreeSet<Uuid> = role_ids.iter().map(|role| role.0).collect();
    let column = entity::role::COLUMN;
    let roles = entity::role::Entity::find()
        .filter(column.id.is_in(wanted.iter().copied()))
        .all(transaction)
        .await?;
    if roles.len() != wanted.len() {
        return Err(
            Error::invalid(&["staff", "roleIds"], "one of these roles does not exist").into(),
        );
    }
    check_given(
        viewer,
        &roles
            .iter()
            .flat_map(entity::role::Model::granted)
            .collect(),
    )?;
    Ok(write_roles(transaction, staff_id, wanted).await?)
}

fn checked_email(text: &str) -> Result<EmailAddress> {
    EmailAddress::parse(text)
        .map_err(|error| Error::invalid(&["staff", "email"], error.to_string()))
}

fn checked_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            &["staff", "fullName"],
            format!("a name is one line of 1 to {MAX_NAME} characters"),
        ));
    }
    Ok(name.to_owned())
}

fn taken_email() -> Error {
    Error::invalid(
        &["staff", "email"],
        "this e-mail has a staff account already",
    )
}
