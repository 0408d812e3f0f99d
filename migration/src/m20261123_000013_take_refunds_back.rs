//! Payment events tell of money that comes back to the shop: refunds that failed after all, disputes that were won.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const KIND: Check<'_> = Check {
    table: "payment_event",
    name: "ck_payment_event_kind",
    narrow: "CHECK (kind IN ('ACTION_REQUIRED', 'AUTHORIZED', 'AUTHORIZE_FAILED',
            'CAPTURED', 'CAPTURE_FAILED', 'VOIDED', 'VOID_FAILED', 'REFUND_REQUESTED', 'REFUNDED', 'REFUND_FAILED',
            'CHARGED_BACK'))",
    wide: "CHECK (kind IN ('ACTION_REQUIRED', 'AUTHORIZED', 'AUTHORIZE_FAILED',
            'CAPTURED', 'CAPTURE_FAILED', 'VOIDED', 'VOID_FAILED', 'REFUND_REQUESTED', 'REFUNDED', 'REFUND_FAILED',
            'CHARGED_BACK', 'REFUND_REVERSED', 'CHARGEBACK_REVERSED'))",
};

/// An older version knows no such events; the balances of their payments keep what they told.
const DOWN: &[&str] =
    &["DELETE FROM payment_event WHERE kind IN ('REFUND_REVERSED', 'CHARGEBACK_REVERSED')"];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KIND.widen(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        KIND.narrow(manager).await
    }
}
