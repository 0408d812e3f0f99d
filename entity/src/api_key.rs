//! A key for a program.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// A key for a program.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "api_key")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name for staff.
    pub name: String,
    /// Start of the key, shown to tell keys apart; unique.
    pub prefix: String,
    /// Hash of the key; unique.
    pub key_hash: String,
    /// Permissions by their public names.
    pub scopes: Json<Vec<String>>,
    /// Networks it may be used from; any when empty.
    pub allowed_ips: Json<Vec<String>>,
    /// Staff who made it.
    pub created_by: Uuid,
    /// When it was last used.
    pub last_used_at: Option<DateTime<Utc>>,
    /// When it lapses.
    pub expires_at: Option<DateTime<Utc>>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What the key may do. A permission of a newer version is left out: nobody here could mean it.
    #[must_use]
    pub fn granted(&self) -> BTreeSet<Permission> {
        let known = self
            .scopes
            .iter()
            .filter_map(|name| Permission::parse(name));
        known.collect()
    }
}
