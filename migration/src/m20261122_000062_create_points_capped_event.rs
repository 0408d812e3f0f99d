//! Events that earned nothing because the limit of the day was used up.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE points_capped_event (
        rule_id uuid NOT NULL REFERENCES points_rule (id),
        source text NOT NULL,
        member_id uuid NOT NULL REFERENCES member (id),
        occurred_at timestamptz NOT NULL,
        PRIMARY KEY (rule_id, source)
    ) CLUSTERED",
    "CREATE INDEX idx_points_capped_event_member_id ON points_capped_event (member_id)",
];

const DOWN: &[&str] = &["points_capped_event"];

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
