//! Somebody who works in the admin console.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Somebody who works in the admin console.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "staff")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// E-mail to log in with, in lower case; unique.
    pub email: String,
    /// Name.
    pub full_name: String,
    /// Password hash in PHC format; null until the account is set up.
    pub password_hash: Option<String>,
    /// Whether the account may be used.
    pub active: bool,
    /// When they last logged in.
    pub last_login_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
