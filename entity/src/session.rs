//! A login.

use chrono::{DateTime, Utc};
use domain::account::AccountKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// A login.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "session")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whether a member or staff is logged in.
    pub account_kind: Text<AccountKind>,
    /// The account.
    pub account_id: Uuid,
    /// The browser, as it names itself.
    pub user_agent: Option<String>,
    /// Address it was opened from.
    pub ip: Option<String>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last refreshed.
    pub last_used_at: DateTime<Utc>,
    /// When it lapses.
    pub expires_at: DateTime<Utc>,
    /// When it was ended.
    pub revoked_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
