//! One line of the ledger of gift cards and store credit. Rows are never changed or deleted.

use chrono::{DateTime, Utc};
use domain::account::ActorKind;
use domain::credit::{CreditEntryKind, CreditOwnerKind};
use sea_orm::entity::prelude::*;
use uuid::Uuid;

use crate::column::{CurrencyCode, Text};

/// One line of the ledger of gift cards and store credit. Rows are never changed or deleted.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_transaction")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// Whether it is a member's or a card's.
    pub owner_kind: Text<CreditOwnerKind>,
    /// The member or the card.
    pub owner_id: Uuid,
    /// What happened.
    pub kind: Text<CreditEntryKind>,
    /// Its currency.
    pub currency: CurrencyCode,
    /// Signed amount, as the owner reads it.
    pub amount_minor: i64,
    /// What could be spent after it.
    pub balance_after_minor: i64,
    /// What caused it: with the id and the kind it is written once.
    pub source_kind: String,
    /// Which one.
    pub source_id: Uuid,
    /// Words to show; empty for the usual words of the kind.
    pub reason: String,
    /// The order, if it is about one.
    pub order_id: Option<Uuid>,
    /// Kind of who did it.
    pub actor_kind: Text<ActorKind>,
    /// Who did it; null for the system.
    pub actor_id: Option<Uuid>,
    /// When.
    pub occurred_at: DateTime<Utc>,
}

impl ActiveModelBehavior for ActiveModel {}
