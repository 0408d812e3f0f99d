//! Channels say which warehouses orders are taken from.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &["ALTER TABLE channel ADD COLUMN routing_policy text NOT NULL DEFAULT 'PRIORITY'
        CONSTRAINT ck_channel_routing_policy CHECK (routing_policy IN ('PRIORITY', 'MOST_STOCK', 'FEWEST_SPLITS'))"];

const DOWN: &[&str] = &["ALTER TABLE channel DROP COLUMN routing_policy"];

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
