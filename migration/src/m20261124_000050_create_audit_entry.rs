//! Who changed what. Rows are never changed or deleted.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE audit_entry (
        id uuid NOT NULL PRIMARY KEY,
        actor_kind text NOT NULL,
        actor_id uuid NOT NULL,
        action text NOT NULL,
        subject_id text,
        after jsonb,
        ip text,
        request_id uuid NOT NULL,
        occurred_at timestamptz NOT NULL,
        CONSTRAINT ck_audit_entry_actor_kind CHECK (actor_kind IN ('STAFF', 'API_KEY'))
    )",
    "CREATE INDEX idx_audit_entry_actor_id_id ON audit_entry (actor_id, id)",
    "CREATE INDEX idx_audit_entry_subject_id_id ON audit_entry (subject_id, id)",
];

const DOWN: &[&str] = &["audit_entry"];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await?;
        ddl::keep_rows(manager, "audit_entry").await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::release_rows(manager, "audit_entry").await?;
        ddl::drop_tables(manager, DOWN).await
    }
}
