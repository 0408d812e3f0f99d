//! A named set of permissions.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use domain::permission::Permission;
use domain::text_enum::TextEnum;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// A named set of permissions.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "role")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Name; unique.
    pub name: String,
    /// Permissions by their public names.
    pub permissions: Json<Vec<String>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}

impl Model {
    /// What the role allows. A permission of a newer version is left out: nobody here could mean it.
    #[must_use]
    pub fn granted(&self) -> BTreeSet<Permission> {
        let known = self
            .permissions
            .iter()
            .filter_map(|name| Permission::parse(name));
        known.collect()
    }
}
