//! One thing a provider or staff did. Rows are never changed or deleted.

use chrono::{DateTime, Utc};
use domain::order::payment::PaymentEventKind;
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// One thing a provider or staff did. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment_event")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The payment.
    pub payment_id: Uuid,
    /// What happened.
    pub kind: Text<PaymentEventKind>,
    /// Amount.
    pub amount_minor: i64,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Key at the provider.
    pub provider_ref: Option<String>,
    /// The provider's own id of the event; counts once per payment.
    pub provider_event_id: Option<String>,
    /// Words of the provider.
    pub message: Option<String>,
    /// When, by the provider's clock.
    pub occurred_at: DateTime<Utc>,
    /// When it was written down.
    pub recorded_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
