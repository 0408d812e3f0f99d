//! Promotions that lower prices in the catalog.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// Promotions written before are about carts.
const UP: &[&str] = &[
    "ALTER TABLE promotion ADD COLUMN stage text NOT NULL DEFAULT 'CART'
        CONSTRAINT ck_promotion_stage CHECK (stage IN ('CART', 'CATALOG'))",
];

const DOWN: &[&str] = &["ALTER TABLE promotion DROP COLUMN stage"];

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
