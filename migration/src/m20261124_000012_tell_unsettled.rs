//! Settlements tell what the books have and the provider's list does not.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const OUTCOME: Check<'_> = Check {
    table: "settlement_line",
    name: "ck_settlement_line_outcome",
    narrow: "CHECK (outcome IN ('MATCHED', 'DIFFERENT', 'MISSING'))",
    wide: "CHECK (outcome IN ('MATCHED', 'DIFFERENT', 'MISSING', 'UNSETTLED'))",
};

const UP: &[&str] = &[
    "CREATE INDEX idx_payment_event_occurred_at ON payment_event (occurred_at)
        WHERE kind IN ('CAPTURED', 'REFUNDED', 'CHARGED_BACK')",
];

/// The older schema keeps the lines of the list alone.
const DOWN: &[&str] = &[
    "DROP INDEX idx_payment_event_occurred_at",
    "DELETE FROM settlement_line WHERE outcome = 'UNSETTLED'",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        OUTCOME.widen(manager).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        OUTCOME.narrow(manager).await
    }
}
