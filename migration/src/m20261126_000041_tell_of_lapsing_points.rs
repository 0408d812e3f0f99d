//! Members are told before points lapse: each lot knows when. Indexes hold what the timers look for and no more.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN points_notice_days integer NOT NULL DEFAULT 14
        CONSTRAINT ck_channel_points_notice_days CHECK (points_notice_days >= 0)",
    "ALTER TABLE points_lot ADD COLUMN notice_at timestamptz
        CONSTRAINT ck_points_lot_notice_at CHECK (notice_at IS NULL OR expires_at IS NOT NULL)",
    "CREATE INDEX idx_points_lot_notice_at ON points_lot (notice_at) WHERE status = 'ACTIVE' AND notice_at IS NOT NULL",
    "CREATE INDEX idx_points_lot_expires_at ON points_lot (expires_at) WHERE status = 'ACTIVE' AND expires_at IS NOT NULL",
];

const DOWN: &[&str] = &[
    "DROP INDEX idx_points_lot_expires_at",
    "DROP INDEX idx_points_lot_notice_at",
    "ALTER TABLE points_lot DROP COLUMN notice_at",
    "ALTER TABLE channel DROP COLUMN points_notice_days",
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
