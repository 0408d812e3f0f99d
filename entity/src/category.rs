//! A branch of the category tree.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A branch of the category tree.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "category")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The category above; null for a root.
    pub parent_id: Option<Uuid>,
    /// Place among its siblings.
    pub position: i32,
    /// Ids from the root down to its own, joined by `/`.
    pub path: String,
    /// Its picture.
    pub media_id: Option<Uuid>,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
