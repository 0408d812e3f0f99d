//! Somebody who wants to be told when a variant can be had again.

use chrono::{DateTime, Utc};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// Somebody who wants to be told when a variant can be had again.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "stock_alert")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel it was asked in.
    pub channel_id: Uuid,
    /// The variant.
    pub variant_id: Uuid,
    /// The member who asked; null for a guest.
    pub member_id: Option<Uuid>,
    /// Where to tell, in lower case.
    pub email: String,
    /// Language tag of whoever asked.
    pub locale: String,
    /// When it was asked.
    pub created_at: DateTime<Utc>,
    /// When they were told; null while they wait.
    pub told_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
