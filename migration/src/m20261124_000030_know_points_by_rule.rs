//! Points are booked once for each source and rule; rules of two channels may have the same key and are two.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const SOURCE: Check<'_> = Check {
    table: "points_transaction",
    name: "uq_points_transaction_source",
    narrow: "UNIQUE (source_kind, source_id, kind, rule_key)",
    wide: "UNIQUE (source_kind, source_id, kind, rule_id)",
};

/// What an order earned is its channel's. For the rest the first rule of the key is taken: only it could be booked.
const UP: &[&str] = &[
    "ALTER TABLE points_transaction ADD COLUMN rule_id uuid REFERENCES points_rule (id)",
    "UPDATE points_transaction SET rule_id = (SELECT r.id FROM points_rule r
        LEFT JOIN \"order\" o ON o.id = points_transaction.order_id WHERE r.key = points_transaction.rule_key
        ORDER BY CASE WHEN r.channel_id = o.channel_id THEN 0 ELSE 1 END, r.created_at, r.id LIMIT 1)
        WHERE rule_key <> ''",
    "CREATE UNIQUE INDEX uq_points_transaction_source_without_rule
        ON points_transaction (source_kind, source_id, kind) WHERE rule_id IS NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX uq_points_transaction_source_without_rule",
    "ALTER TABLE points_transaction DROP COLUMN rule_id",
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
        ddl::run(manager, UP).await?;
        SOURCE.widen(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        SOURCE.narrow(manager).await?;
        ddl::run(manager, DOWN).await
    }
}
