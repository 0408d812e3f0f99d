//! One line of a provider's list, and what the books say to it.

use chrono::{DateTime, Utc};
use domain::money::Currency;
use domain::settlement::{LineKind, LineOutcome};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// One line of a provider's list, and what the books say to it.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "settlement_line")]
pub struct Model {
    /// Identity; unique.
    pub id: Uuid,
    /// The list.
    #[sea_orm(primary_key, auto_increment = false)]
    pub settlement_import_id: Uuid,
    /// Place in it, from 1.
    #[sea_orm(primary_key, auto_increment = false)]
    pub position: i32,
    /// The payment's key at the provider.
    pub reference: String,
    /// What happened.
    pub kind: Text<LineKind>,
    /// With how much money.
    pub amount_minor: i64,
    /// What the provider kept of it.
    pub fee_minor: i64,
    /// Currency of both.
    pub currency: CurrencyCode,
    /// When the provider settled it.
    pub settled_at: DateTime<Utc>,
    /// What the books say.
    pub outcome: Text<LineOutcome>,
    /// The payment, if the books know it.
    pub payment_id: Option<Uuid>,
    /// What the books have instead; null for nothing.
    pub booked_minor: Option<i64>,
    /// Its currency.
    pub booked_currency: Option<CurrencyCode>,
}

impl Model {
    /// What the books have instead: minor units and their currency.
    #[must_use]
    pub fn booked(&self) -> Option<(i64, Currency)> {
        Some((self.booked_minor?, self.booked_currency?.0))
    }
}

impl ActiveModelBehavior for ActiveModel {}
