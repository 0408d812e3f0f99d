//! Who wants to be told when a variant can be had again. Nobody waits twice for the same; who was told stays for a while, so that
//! not more are told than there are units for.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE stock_alert (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        member_id uuid REFERENCES member (id),
        email text NOT NULL,
        locale text NOT NULL,
        created_at timestamptz NOT NULL,
        told_at timestamptz
    )",
    "CREATE UNIQUE INDEX uq_stock_alert_waiting ON stock_alert (channel_id, variant_id, email) WHERE told_at IS NULL",
    "CREATE INDEX idx_stock_alert_email ON stock_alert (channel_id, email)",
    "CREATE INDEX idx_stock_alert_member_id ON stock_alert (member_id) WHERE member_id IS NOT NULL",
    "CREATE INDEX idx_stock_alert_told_at ON stock_alert (variant_id, told_at) WHERE told_at IS NOT NULL",
];

const DOWN: &[&str] = &["DROP TABLE stock_alert"];

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
