//! A gift card. What is on it stands in the ledger.

use chrono::{DateTime, Utc};
use domain::credit::GiftCardStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// A gift card. What is on it stands in the ledger.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "gift_card")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// Digest of its code; unique.
    pub code_hash: String,
    /// End of its code.
    pub last_characters: String,
    /// Where it stands, apart from time.
    pub status: Text<GiftCardStatus>,
    /// What it was made with.
    pub face_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// When it lapses.
    pub ends_at: Option<DateTime<Utc>>,
    /// Words for staff.
    pub note: Option<String>,
    /// The job that made it; null for one made singly.
    pub job_id: Option<Uuid>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
