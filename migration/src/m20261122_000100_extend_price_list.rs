//! Price lists for segments of members.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE price_list ADD COLUMN for_segments boolean NOT NULL DEFAULT false",
    "CREATE TABLE price_list_segment (
        price_list_id uuid NOT NULL REFERENCES price_list (id),
        segment_id uuid NOT NULL REFERENCES segment (id),
        PRIMARY KEY (price_list_id, segment_id)
    ) CLUSTERED",
    "CREATE INDEX idx_price_list_segment_segment_id ON price_list_segment (segment_id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE price_list_segment",
    "ALTER TABLE price_list DROP COLUMN for_segments",
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
