//! When the prices of price lists and flash sales counted, and for whom; and what prices in flash sales were.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// Of before, only what lists and sales are now is known.
const UP: &[&str] = &[
    "CREATE TABLE price_validity (
        rule_id uuid NOT NULL,
        version integer NOT NULL,
        channel_id uuid NOT NULL REFERENCES channel (id),
        is_public boolean NOT NULL,
        priority integer NOT NULL,
        starts_at timestamptz,
        ends_at timestamptz,
        recorded_at timestamptz NOT NULL,
        PRIMARY KEY (rule_id, version)
    )",
    "CREATE INDEX idx_price_validity_channel_id ON price_validity (channel_id)",
    "INSERT INTO price_validity (rule_id, version, channel_id, is_public, priority, starts_at, ends_at, recorded_at)
        SELECT id, version, channel_id, active AND NOT for_tiers AND NOT for_segments, priority, starts_at, ends_at,
        created_at FROM price_list",
    "INSERT INTO price_validity (rule_id, version, channel_id, is_public, priority, starts_at, ends_at, recorded_at)
        SELECT id, version, channel_id, active, 0, starts_at, ends_at, created_at FROM flash_sale",
    "ALTER TABLE price_history ADD COLUMN flash_sale_id uuid REFERENCES flash_sale (id)",
    "CREATE INDEX idx_price_history_flash_sale_id ON price_history (flash_sale_id)",
];

const DOWN: &[&str] = &[
    "DELETE FROM price_history WHERE flash_sale_id IS NOT NULL",
    "DROP INDEX idx_price_history_flash_sale_id",
    "ALTER TABLE price_history DROP COLUMN flash_sale_id",
    "DROP TABLE price_validity",
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
        let connection = manager.get_connection();
        let id = if connection.get_database_backend() == DbBackend::Sqlite {
            "randomblob(16)"
        } else {
            "gen_random_uuid()"
        };
        let prices = format!(
            "INSERT INTO price_history
                (id, variant_id, channel_id, flash_sale_id, min_quantity, price_minor, recorded_at)
                SELECT {id}, e.variant_id, s.channel_id, s.id, 1, e.price_minor, s.created_at
                FROM flash_sale_entry e JOIN flash_sale s ON s.id = e.flash_sale_id WHERE e.price_minor IS NOT NULL"
        );
        connection.execute_unprepared(&prices).await?;
        ddl::keep_rows(manager, "price_validity").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::release_rows(manager, "price_validity").await?;
        ddl::release_rows(manager, "price_history").await?;
        ddl::run(manager, DOWN).await?;
        ddl::keep_rows(manager, "price_history").await
    }
}
