//! The part of a refund that goes back through one payment.

use chrono::{DateTime, Utc};
use domain::order::TransferStatus;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// The part of a refund that goes back through one payment.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_transfer")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The refund.
    pub refund_id: Uuid,
    /// The payment.
    pub payment_id: Uuid,
    /// Where it stands.
    pub status: Text<TransferStatus>,
    /// How much, in the refund's currency.
    pub amount_minor: i64,
    /// Key at the provider.
    pub provider_ref: Option<String>,
    /// When it arrived.
    pub settled_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
