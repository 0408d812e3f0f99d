//! What a file said of a level last, so that the same file counts once however much was sold since.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &["ALTER TABLE stock_level ADD COLUMN imported_on_hand integer
        CONSTRAINT ck_stock_level_imported_on_hand CHECK (imported_on_hand >= 0)"];

const DOWN: &[&str] = &["ALTER TABLE stock_level DROP COLUMN imported_on_hand"];

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
