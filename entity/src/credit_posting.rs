//! What a line of the ledger of gift cards and store credit adds to one account.

use sea_orm::entity::prelude::*;
use uuid::Uuid;

/// What a line of the ledger of gift cards and store credit adds to one account.
#[sea_orm::model]
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "credit_posting")]
pub struct Model {
    /// Identity.
    #[sea_orm(primary_key, auto_increment = false)]
    pub id: Uuid,
    /// The line.
    pub transaction_id: Uuid,
    /// The account.
    pub account_id: Uuid,
    /// Signed amount.
    pub amount_minor: i64,
}

impl ActiveModelBehavior for ActiveModel {}
