//! Payments keep when their provider is asked about them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE payment ADD COLUMN inquire_at timestamptz",
    "CREATE INDEX idx_payment_inquire_at ON payment (inquire_at) WHERE inquire_at IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX idx_payment_inquire_at",
    "ALTER TABLE payment DROP COLUMN inquire_at",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}
