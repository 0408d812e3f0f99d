//! Tiers may be reached by the points a member earns, not by what the member spends.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE member_tier ADD COLUMN growth_threshold bigint
        CONSTRAINT ck_member_tier_growth_threshold CHECK (growth_threshold > 0)",
    "CREATE INDEX idx_member_tier_growth ON member_tier (channel_id) WHERE active AND growth_threshold IS NOT NULL",
    "ALTER TABLE member_tier_change ADD COLUMN growth_value bigint",
];

const DOWN: &[&str] = &[
    "ALTER TABLE member_tier_change DROP COLUMN growth_value",
    "DROP INDEX idx_member_tier_growth",
    "ALTER TABLE member_tier DROP COLUMN growth_threshold",
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
