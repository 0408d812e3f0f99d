//! Members who owe no tax, and orders placed by them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE member ADD COLUMN tax_exemption text",
    "ALTER TABLE \"order\" ADD COLUMN tax_exemption text",
];

const DOWN: &[&str] = &[
    "ALTER TABLE \"order\" DROP COLUMN tax_exemption",
    "ALTER TABLE member DROP COLUMN tax_exemption",
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
