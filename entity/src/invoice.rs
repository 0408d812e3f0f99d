//! A document about an order's money, as it was issued: an invoice or a credit note. Only `closed_at` changes.

use chrono::{DateTime, NaiveDate, Utc};
use domain::invoice::{InvoiceKind, InvoiceTitle, Party};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Json, Text};

/// A document about an order's money, as it was issued.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "invoice")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The channel.
    pub channel_id: Uuid,
    /// The order.
    pub order_id: Uuid,
    /// The invoice it corrects; null for what bills the whole order.
    pub corrects_id: Option<Uuid>,
    /// What it does.
    pub kind: Text<InvoiceKind>,
    /// What the numbers of its series begin with.
    pub prefix: String,
    /// The year of its series.
    pub year: i32,
    /// Its place there.
    pub sequence: i64,
    /// Number to show; unique in the channel.
    pub number: String,
    /// Who is billed.
    pub title: Json<InvoiceTitle>,
    /// Who bills.
    pub issuer: Json<Party>,
    /// Words at its end.
    pub footer: Option<String>,
    /// The buyer's language.
    pub locale: String,
    /// Currency of all amounts.
    pub currency: CurrencyCode,
    /// Why it corrects another.
    pub reason: Option<String>,
    /// Without tax.
    pub net_minor: i64,
    /// Tax.
    pub tax_minor: i64,
    /// With tax.
    pub total_minor: i64,
    /// Its date, where the shop is.
    pub issued_on: NaiveDate,
    /// When it was issued.
    pub issued_at: DateTime<Utc>,
    /// When it was cancelled; from then on it does not follow the order.
    pub closed_at: Option<DateTime<Utc>>,
}

impl ActiveModelBehavior for ActiveModel {}
