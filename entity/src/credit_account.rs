//! One account of the ledger of gift cards and store credit.

use domain::credit::{CreditAccountKind, CreditOwnerKind};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// One account of the ledger of gift cards and store credit.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_account")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// What the owner is.
    pub owner_kind: Text<CreditOwnerKind>,
    /// The member or the card; the channel for the shop's own side.
    pub owner_id: Uuid,
    /// What it counts.
    pub kind: Text<CreditAccountKind>,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Sum of its postings; null for the shop's own side, where it is derived.
    pub balance_minor: Option<i64>,
}

impl ActiveModelBehavior for ActiveModel {}
