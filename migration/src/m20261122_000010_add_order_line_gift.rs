//! Lines of an order that a promotion gave for free.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE order_line ADD COLUMN gift boolean NOT NULL DEFAULT false
        CONSTRAINT ck_order_line_gift CHECK (NOT gift OR total_minor = 0)",
];

const DOWN: &[&str] = &["ALTER TABLE order_line DROP COLUMN gift"];

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
