//! A mailed token that proves one thing once.

use chrono::{DateTime, Utc};
use domain::account::{AccountKind, TokenPurpose};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A mailed token that proves one thing once.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "one_time_token")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Hash of the token; unique.
    pub token_hash: String,
    /// What it allows.
    pub purpose: Text<TokenPurpose>,
    /// Whether it is for a member or staff.
    pub account_kind: Text<AccountKind>,
    /// The account.
    pub account_id: Uuid,
    /// Hash of the password chosen with it, in PHC format; the account's once the token is spent.
    pub password_hash: Option<String>,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
    /// When it was spent.
    pub used_at: Option<DateTime<Utc>>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
