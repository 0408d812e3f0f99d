//! One attempt to pay an order; its amounts are sums over its events.

use chrono::{DateTime, Utc};
use domain::order::payment::{PaymentProvider, PaymentStatus};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// One attempt to pay an order; its amounts are sums over its events.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "payment")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The way to pay.
    pub payment_method_id: Uuid,
    /// Who moves the money.
    pub provider: Text<PaymentProvider>,
    /// Where it stands.
    pub status: Text<PaymentStatus>,
    /// What was asked for.
    pub amount_minor: i64,
    /// Currency of all amounts.
    pub currency: CurrencyCode,
    /// Promised.
    pub authorized_minor: i64,
    /// Received.
    pub captured_minor: i64,
    /// Given back.
    pub refunded_minor: i64,
    /// Key at the provider; unique there.
    pub provider_ref: Option<String>,
    /// Page the buyer must go to.
    pub redirect_url: Option<String>,
    /// Secret for the provider's script in the buyer's browser.
    pub client_secret: Option<String>,
    /// What else that script needs.
    pub parameters: Option<Json<serde_json::Value>>,
    /// Whom the provider knows the buyer as, who pays inside its app; null for everybody else.
    pub payer_ref: Option<String>,
    /// Page the provider sends the buyer back to.
    pub return_url: Option<String>,
    /// When it lapses.
    pub expires_at: Option<DateTime<Utc>>,
    /// When the provider is asked where it stands, unless it tells before.
    pub inquire_at: Option<DateTime<Utc>>,
    /// Why it failed.
    pub error: Option<String>,
    /// Whether what it received counts towards the order; but for changes, one per order at most.
    pub is_settling: bool,
    /// Whether it pays what changes of the order added.
    pub for_change: bool,
    /// Counts changes.
    pub version: i32,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it last changed.
    pub updated_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
