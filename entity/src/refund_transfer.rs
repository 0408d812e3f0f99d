//! The part of a refund that goes back one way.

use chrono::{DateTime, Utc};
use domain::order::{TransferStatus, TransferWay};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::Text;

/// The part of a refund that goes back one way.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "refund_transfer")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The refund.
    pub refund_id: Uuid,
    /// Which way.
    pub way: Text<TransferWay>,
    /// The payment that brought the money; null for what a card or credit paid.
    pub payment_id: Option<Uuid>,
    /// The card or credit that paid it; null for money.
    pub order_tender_id: Option<Uuid>,
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
