//! A buyer with an account.

use chrono::{DateTime, NaiveDate, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// A buyer with an account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "member")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// E-mail to log in with, in lower case; unique.
    pub email: String,
    /// Password hash in PHC format.
    pub password_hash: String,
    /// When the e-mail was verified.
    pub email_verified_at: Option<DateTime<Utc>>,
    /// Name.
    pub full_name: Option<String>,
    /// Phone.
    pub phone: Option<String>,
    /// Birthday.
    pub birthday: Option<NaiveDate>,
    /// Language for mails.
    pub locale: Option<String>,
    /// Whether the shop may write about offers.
    pub accepts_marketing: bool,
    /// Number or certificate that frees the member of tax; null for those who owe it.
    pub tax_exemption: Option<String>,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
