//! Keys for programs.
//!
//! A key is `vk_<prefix>_<secret>`; the prefix is kept to recognise it by, of the whole only the digest. A key outlives the
//! account that made it: an ERP must not stop because somebody left. Ending it is a deed of its own.

use std::collections::BTreeSet;
use std::net::IpAddr;

use chrono::{DateTime, Utc};
use domain::id::ApiKeyId;
use domain::permission::Permission;
use sea_orm::sea_query::Expr;
use sea_orm::{ActiveModelTrait, ActiveValue::Set, EntityTrait, Order, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::StaffError;
use super::role::{check_given, names_of};
use crate::auth::authenticate::KEY_PREFIX;
use crate::auth::{Account, Viewer, secret};
use crate::error::{Error, Result};
use crate::state::AppState;

/// Longest name, in characters.
const MAX_NAME: usize = 100;
/// Addresses a key may be bound to.
const MAX_IPS: usize = 50;
/// Random characters shown to recognise a key.
const PREFIX_CHARS: usize = 8;

/// Asks for a key.
#[derive(Clone, Debug)]
pub struct CreateKey {
    /// Name.
    pub name: String,
    /// What it may do.
    pub scopes: BTreeSet<Permission>,
    /// When it lapses; never if left out.
    pub expires_at: Option<DateTime<Utc>>,
    /// Addresses it may come from; any if empty.
    pub allowed_ips: Vec<String>,
}

/// A fresh key.
#[derive(Clone)]
pub struct CreatedKey {
    /// What is kept of it.
    pub key: entity::api_key::Model,
    /// The key itself, known only here and now.
    pub secret: String,
}

/// Makes a key.
///
/// # Errors
/// [`Error::Invalid`] for bad values, [`StaffError::PermissionExceeded`] for scopes the viewer lacks, [`Error::Forbidden`]
/// without [`Permission::StaffWrite`].
pub async fn create_key(
    app: &AppState,
    viewer: &Viewer,
    command: CreateKey,
) -> Result<CreatedKey, StaffError> {
    viewer.require(Permission::StaffWrite)?;
    let name = checked_name(&command.name)?;
    let allowed_ips = checked_ips(&command.allowed_ips)?;
    if command.scopes.is_empty() {
        return Err(Error::invalid(&["scopes"], "say what the key may do").into());
    }
    if command
        .expires_at
        .is_some_and(|expires_at| expires_at <= app.clock.now())
    {
        return Err(Error::invalid(&["expiresAt"], "this instant has passed").into());
    }
    check_given(viewer, &command.scopes)?;
    let created_by = responsible(app, viewer).await?;
    let prefix: String = KEY_PREFIX
        .chars()
        .chain(secret::generate()?.chars().take(PREFIX_CHARS))
        .collect();
    let text = format!("{prefix}_{}", secret::generate()?);
    let row = entity::api_key::ActiveModel {
        id: Set(app.clock.new_id()),
        name: Set(name),
        prefix: Set(prefix),
        key_hash: Set(secret::digest(&text)),
        scopes: Set(names_of(command.scopes)),
        allowed_ips: Set(allowed_ips.into()),
        created_by: Set(created_by),
        last_used_at: Set(None),
        expires_at: Set(command.expires_at),
        revoked_at: Set(None),
        created_at: Set(app.clock.now()),
    };
    let transaction = app.database.begin().await?;
    let key = row.insert(&transaction).await?;
    transaction.commit().await?;
    Ok(CreatedKey { key, secret: text })
}

/// Ends a key at once; ending it again changes nothing.
///
/// # Errors
/// [`Error::NotFound`], [`Error::Forbidden`] without [`Permission::StaffWrite`].
pub async fn revoke_key(
    app: &AppState,
    viewer: &Viewer,
    key_id: ApiKeyId,
) -> Result<entity::api_key::Model, StaffError> {
    viewer.require(Permission::StaffWrite)?;
    let column = entity::api_key::COLUMN;
    let transaction = app.database.begin().await?;
    entity::api_key::Entity::update_many()
        .col_expr(
            entity::api_key::Column::RevokedAt,
            Expr::value(app.clock.now()),
        )
        .filter(column.id.eq(key_id.0))
        .filter(column.revoked_at.is_null())
        .exec(&transaction)
        .await?;
    transaction.commit().await?;
    app.access.forget_all();
    let row = entity::api_key::Entity::find_by_id(key_id.0)
        .one(app.database.read())
        .await?;
    Ok(row.ok_or(Error::NotFound("API key"))?)
}

/// All keys, newest first, ended ones included.
///
/// # Errors
/// [`Error::Forbidden`] without [`Permission::StaffRead`].
pub async fn list_keys(app: &AppState, viewer: &Viewer) -> Result<Vec<entity::api_key::Model>> {
    viewer.require(Permission::StaffRead)?;
    Ok(entity::api_key::Entity::find()
        .order_by(entity::api_key::Column::Id, Order::Desc)
        .all(app.database.read())
        .await?)
}

/// The staff account that answers for a key: the viewer, or who made the key the viewer uses.
async fn responsible(app: &AppState, viewer: &Viewer) -> Result<Uuid> {
    match viewer.account {
        Account::Staff(id) => Ok(id.0),
        Account::ApiKey(id) => {
            let key = entity::api_key::Entity::find_by_id(id.0)
                .one(app.database.read())
                .await?;
            key.map(|key| key.created_by).ok_or(Error::Unauthenticated)
        }
        Account::Guest | Account::Member(_) | Account::System => Err(Error::Unauthenticated),
    }
}

fn checked_name(text: &str) -> Result<String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > MAX_NAME || name.chars().any(char::is_control) {
        return Err(Error::invalid(
            &["name"],
            format!("a name is one line of 1 to {MAX_NAME} characters"),
        ));
    }
    Ok(name.to_owned())
}

fn checked_ips(texts: &[String]) -> Result<Vec<String>> {
    if texts.len() > MAX_IPS {
        return Err(Error::invalid(
            &["allowedIps"],
            format!("at most {MAX_IPS} addresses"),
        ));
    }
    let mut addresses = BTreeSet::new();
    for (index, text) in texts.iter().enumerate() {
        let address: IpAddr = text.trim().parse().map_err(|_not_one| {
            Error::invalid(
                &["allowedIps", &index.to_string()],
                "this is no IP address, such as 192.0.2.7",
            )
        })?;
        addresses.insert(address.to_canonical());
    }
    Ok(addresses.iter().map(IpAddr::to_string).collect())
}
