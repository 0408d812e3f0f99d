//! Named sets of permissions.

use std::collections::{BTreeMap, BTreeSet};

use domain::permission::Permission;
use entity::column::Json;
use sea_orm::{
    ActiveModelTrait, ActiveValue::Set, DatabaseTransaction, EntityTrait, IntoActiveModel, Order,
    QueryFilter, QueryOrder, QuerySelect,
};

use super::StaffError;
use crate::auth::Viewer;
use crate::error::{Error, Result};
use crate::state::AppState;

/// Longest name, in characters.
const MAX_NAME: usize = 60;
/// Roles in one call.
const MAX_ROLES: usize = 20;

/// A role to create or change, matched by name.
#[derive(Clone, Debug)]
pub struct RolePatch {
    /// Name, unique; case matters.
    pub name: String,
    /// What it allows; left out it stays, and a new role allows nothing.
    pub permissions: Option<BTreeSet<Permission>>,
}

/// Creates or changes roles, all or none. The viewer must have every permission a role gives, before and after.
///
/// # Errors
/// [`Error::Invalid`] for bad names, [`StaffError::PermissionExceeded`], [`StaffError::LastAdmin`], [`Error::Forbidden`]
/// without [`Permission::StaffWrite`].
pub async fn upsert_roles(
    app: &AppState,
    viewer: &Viewer,
    roles: Vec<RolePatch>,
) -> Result<Vec<entity::role::Model>, StaffError> {
    viewer.require(Permission::StaffWrite)?;
    let names = checked_names(&roles)?;
    let attempt = || attempt_upsert(app, viewer, &names, &roles);
    let written = app.database.retry(attempt).await?;
    app.access.forget_all();
    Ok(written)
}

async fn attempt_upsert(
    app: &AppState,
    viewer: &Viewer,
    names: &[String],
    roles: &[RolePatch],
) -> Result<Vec<entity::role::Model>, StaffError> {
    let transaction = app.database.begin().await?;
    let mut present: BTreeMap<String, entity::role::Model> = lock_roles(&transaction)
        .await?
        .into_iter()
        .map(|role| (role.name.clone(), role))
        .collect();
    let mut written = Vec::with_capacity(roles.len());
    for (name, patch) in names.iter().zip(roles) {
        check_given(
            viewer,
            patch.permissions.as_ref().unwrap_or(&BTreeSet::new()),
        )?;
        written.push(match (present.remove(name), patch.permissions.clone()) {
            (Some(row), permissions) => {
                check_given(viewer, &row.granted())?;
                match permissions {
                    Some(permissions) => set_permissions(&transaction, row, permissions).await?,
                    None => row,
                }
            }
            (None, permissions) => {
                insert(&transaction, app, name, permissions.unwrap_or_default()).await?
            }
        });
    }
    keep_an_admin(&transaction).await?;
    transaction.commit().await?;
    Ok(written)
}

/// Writes a new role.
///
/// # Errors
/// When the row cannot be written.
pub(super) async fn insert(
    transaction: &DatabaseTransaction,
    app: &AppState,
    name: &str,
    permissions: BTreeSet<Permission>,
) -> Result<entity::role::Model> {
    let row = entity::role::ActiveModel {
        id: Set(app.clock.new_id()),
        name: Set(name.to_owned()),
        permissions: Set(names_of(permissions)),
        created_at: Set(app.clock.now()),
    };
    Ok(row.insert(transaction).await?)
}

/// Rewrites what a role allows.
///
/// # Errors
/// When the row cannot be written.
pub(super) async fn set_permissions(
    transaction: &DatabaseTransaction,
    role: entity::role::Model,
    permissions: BTreeSet<Permission>,
) -> Result<entity::role::Model> {
    let mut changed = role.into_active_model();
    changed.permissions = Set(names_of(permissions));
    Ok(changed.update(transaction).await?)
}

/// Locks all roles: changes of staff and roles come one after the other, so that two cannot remove the last admin together.
///
/// # Errors
/// When the rows cannot be read.
pub(super) async fn lock_roles(
    transaction: &DatabaseTransaction,
) -> Result<Vec<entity::role::Model>> {
    let by_id = entity::role::Entity::find().order_by(entity::role::Column::Id, Order::Asc);
    Ok(by_id.lock_exclusive().all(transaction).await?)
}

/// Lets only those pass who have all of `permissions` themselves.
///
/// # Errors
/// [`StaffError::PermissionExceeded`].
pub(super) fn check_given(
    viewer: &Viewer,
    permissions: &BTreeSet<Permission>,
) -> Result<(), StaffError> {
    let lacking = domain::permission::exceeding(permissions, &viewer.permissions);
    if lacking.is_empty() {
        Ok(())
    } else {
        Err(StaffError::PermissionExceeded { lacking })
    }
}

/// Makes sure that somebody who can log in still manages staff.
///
/// # Errors
/// [`StaffError::LastAdmin`].
pub(super) async fn keep_an_admin(transaction: &DatabaseTransaction) -> Result<(), StaffError> {
    let admin_roles: Vec<_> = entity::role::Entity::find()
        .all(transaction)
        .await?
        .into_iter()
        .filter(|role| role.granted().contains(&Permission::StaffWrite))
        .map(|role| role.id)
        .collect();
    let column = entity::staff_role::COLUMN;
    let holders = entity::staff_role::Entity::find()
        .filter(column.role_id.is_in(admin_roles))
        .all(transaction)
        .await?;
    let column = entity::staff::COLUMN;
    let admin = entity::staff::Entity::find()
        .filter(
            column
                .id
                .is_in(holders.into_iter().map(|holder| holder.staff_id)),
        )
        .filter(column.active.eq(true))
        .filter(column.password_hash.is_not_null())
        .one(transaction)
        .await?;
    if admin.is_some() {
        Ok(())
    } else {
        Err(StaffError::LastAdmin)
    }
}

/// Permissions as they are stored.
pub(super) fn names_of(permissions: BTreeSet<Permission>) -> Json<Vec<String>> {
    Json(
        permissions
            .into_iter()
            .map(|permission| permission.to_string())
            .collect(),
    )
}

fn checked_names(roles: &[RolePatch]) -> Result<Vec<String>> {
    if roles.len() > MAX_ROLES {
        return Err(Error::invalid(
            &["roles"],
            format!("at most {MAX_ROLES} roles at a time"),
        ));
    }
    let mut names = Vec::with_capacity(roles.len());
    for (index, role) in roles.iter().enumerate() {
        let refuse =
            |message: String| Error::invalid(&["roles", &index.to_string(), "name"], message);
        let name = role.name.trim().to_owned();
        if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control)
        {
            return Err(refuse(format!(
                "a name is one line of 1 to {MAX_NAME} characters"
            )));
        }
        if name == super::OWNER_ROLE {
            return Err(refuse("this role always allows everything".to_owned()));
        }
        if names.contains(&name) {
            return Err(refuse("this role is named twice".to_owned()));
        }
        names.push(name);
    }
    Ok(names)
}
