//! A provider's list of what it settled, compared with the books.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A provider's list of what it settled, compared with the books.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settlement_import")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whose list it is.
    pub provider: String,
    /// SHA-256 of the list; the same one is taken once.
    pub content_hash: String,
    /// Kind of who brought it.
    pub actor_kind: Text<ActorKind>,
    /// Who brought it.
    pub actor_id: Option<Uuid>,
    /// When it was brought.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
