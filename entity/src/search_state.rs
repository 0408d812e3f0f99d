//! How far a search engine has come in one language.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;

/// How far a search engine has come in one language.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "search_state")]
pub struct Model {
    /// The engine.
    #[sea_orm(primary_key, auto_increment = false)]
    pub engine: String,
    /// The language.
    #[sea_orm(primary_key, auto_increment = false)]
    pub locale: String,
    /// Which build of its index is in use.
    pub index_uid: Option<String>,
    /// Why it last failed.
    pub last_error: Option<String>,
    /// When it last took a change.
    pub last_synced_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
