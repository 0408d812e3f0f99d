//! What the last check of stock against its books found: one row at most.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &["CREATE TABLE stock_check (
        id integer NOT NULL PRIMARY KEY,
        checked_at timestamptz NOT NULL,
        drift_total integer NOT NULL,
        drifts jsonb NOT NULL,
        CONSTRAINT ck_stock_check_id CHECK (id = 1),
        CONSTRAINT ck_stock_check_drift_total CHECK (drift_total >= 0)
    )"];

const DOWN: &[&str] = &["stock_check"];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, DOWN).await
    }
}
