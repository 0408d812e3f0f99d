//! The last number of a series of documents; its row is locked while a document is issued, so that no number is missing.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// The last number of a series of documents.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_series")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// What its numbers begin with.
    #[sea_orm(primary_key, auto_increment = false)]
    pub prefix: String,
    /// The year, where the shop is.
    #[sea_orm(primary_key, auto_increment = false)]
    pub year: i32,
    /// The number given last.
    pub last_number: i64,
}

impl ActiveModelBehavior for ActiveModel {}
