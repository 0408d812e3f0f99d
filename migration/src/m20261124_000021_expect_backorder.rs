//! Backorders have a date at which they should arrive, and lines of orders keep the one they were promised.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE stock_level ADD COLUMN expected_at timestamptz",
    "ALTER TABLE order_line ADD COLUMN expected_at timestamptz",
];

const DOWN: &[&str] = &[
    "ALTER TABLE order_line DROP COLUMN expected_at",
    "ALTER TABLE stock_level DROP COLUMN expected_at",
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
