//! Who issues the invoices of a channel.

use chrono::{DateTime, Utc};
use domain::invoice::Party;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Json;

/// Who issues the invoices of a channel.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice_issuer")]
pub struct Model {
    /// The channel.
    #[sea_orm(primary_key, auto_increment = false)]
    pub channel_id: Uuid,
    /// The seller.
    pub party: Json<Party>,
    /// What numbers of invoices begin with.
    pub invoice_prefix: String,
    /// What numbers of credit notes begin with.
    pub credit_note_prefix: String,
    /// Words at the end of every document.
    pub footer: Option<String>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
