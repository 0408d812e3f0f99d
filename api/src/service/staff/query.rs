//! Reads staff, roles and keys.

use std::collections::HashMap;

use domain::id::{ApiKeyId, RoleId, StaffId};
use domain::permission::Permission;
use sea_orm::{EntityTrait, Order, QueryFilter, QueryOrder};
use uuid::Uuid;

use crate::auth::{Account, Viewer};
use crate::error::{Error, Result};
use crate::state::AppState;

/// The viewer's own account, or anybody's with [`Permission::StaffRead`].
///
/// # Errors
/// [`Error::NotFound`], [`Error::Unauthenticated`], [`Error::Forbidden`].
pub async fn find(
    app: &AppState,
    viewer: &Viewer,
    staff_id: StaffId,
) -> Result<entity::staff::Model> {
    if viewer.account != Account::Staff(staff_id) {
        viewer.require(Permission::StaffRead)?;
    }
    entity::staff::Entity::find_by_id(staff_id.0)
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("staff account"))
}

/// Everybody who has an account, by e-mail.
///
/// # Errors
/// [`Error::Forbidden`] without [`Permission::StaffRead`].
pub async fn list(app: &AppState, viewer: &Viewer) -> Result<Vec<entity::staff::Model>> {
    viewer.require(Permission::StaffRead)?;
    Ok(entity::staff::Entity::find()
        .order_by(entity::staff::Column::Email, Order::Asc)
        .all(app.database.read())
        .await?)
}

/// All roles, by name.
///
/// # Errors
/// [`Error::Forbidden`] without [`Permission::StaffRead`].
pub async fn list_roles(app: &AppState, viewer: &Viewer) -> Result<Vec<entity::role::Model>> {
    viewer.require(Permission::StaffRead)?;
    Ok(entity::role::Entity::find()
        .order_by(entity::role::Column::Name, Order::Asc)
        .all(app.database.read())
        .await?)
}

/// One role.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] without [`Permission::StaffRead`].
pub async fn find_role(
    app: &AppState,
    viewer: &Viewer,
    role_id: RoleId,
) -> Result<entity::role::Model> {
    viewer.require(Permission::StaffRead)?;
    entity::role::Entity::find_by_id(role_id.0)
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("role"))
}

/// One key.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] without [`Permission::StaffRead`].
pub async fn find_key(
    app: &AppState,
    viewer: &Viewer,
    key_id: ApiKeyId,
) -> Result<entity::api_key::Model> {
    viewer.require(Permission::StaffRead)?;
    entity::api_key::Entity::find_by_id(key_id.0)
        .one(app.database.read())
        .await?
        .ok_or(Error::NotFound("API key"))
}

/// Accounts by their ids, for loaders; the caller decides who may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn staff_by_ids(app: &AppState, ids: &[Uuid]) -> Result<Vec<entity::staff::Model>> {
    let column = entity::staff::COLUMN;
    Ok(entity::staff::Entity::find()
        .filter(column.id.is_in(ids.iter().copied()))
        .all(app.database.read())
        .await?)
}

/// Roles per account, by name, for loaders; the caller decides who may see them.
///
/// # Errors
/// When the database cannot be read.
pub async fn roles_by_staff(
    app: &AppState,
    staff: &[Uuid],
) -> Result<HashMap<Uuid, Vec<entity::role::Model>>> {
    let connection = app.database.read();
    let column = entity::staff_role::COLUMN;
    let holders = entity::staff_role::Entity::find()
        .filter(column.staff_id.is_in(staff.iter().copied()))
        .all(connection)
        .await?;
    let column = entity::role::COLUMN;
    let roles = entity::role::Entity::find()
        .filter(column.id.is_in(holders.iter().map(|holder| holder.role_id)))
        .order_by(entity::role::Column::Name, Order::Asc)
        .all(connection)
        .await?;
    let mut by_staff: HashMap<Uuid, Vec<entity::role::Model>> = HashMap::new();
    for role in roles {
        for holder in holders.iter().filter(|holder| holder.role_id == role.id) {
            by_staff
                .entry(holder.staff_id)
                .or_default()
                .push(role.clone());
        }
    }
    Ok(by_staff)
}
