//! Segments of members: saved rules.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &["CREATE TABLE segment (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        name text NOT NULL,
        rule jsonb NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_segment_channel_id_code UNIQUE (channel_id, code)
    )"];

const DOWN: &[&str] = &["segment"];

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
