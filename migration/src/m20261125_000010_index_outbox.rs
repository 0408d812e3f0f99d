//! Indexes for claiming messages: of one kind, oldest first, and none behind an earlier one of its subject. Without them each
//! claim looked at every message that waited, and a rush of orders spent most of the database's time on it.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE INDEX idx_outbox_message_kind_next_attempt_at_id ON outbox_message (kind, next_attempt_at, id)
        WHERE status = 'PENDING'",
    "CREATE INDEX idx_outbox_message_subject_kind_subject_id_id ON outbox_message (subject_kind, subject_id, id)
        WHERE status = 'PENDING'",
    // The old one led through messages of all kinds; those that are done are looked for by when.
    "CREATE INDEX idx_outbox_message_status_done_at ON outbox_message (status, done_at)",
    "DROP INDEX idx_outbox_message_status_next_attempt_at",
];

const DOWN: &[&str] = &[
    "CREATE INDEX idx_outbox_message_status_next_attempt_at ON outbox_message (status, next_attempt_at)",
    "DROP INDEX idx_outbox_message_status_done_at",
    "DROP INDEX idx_outbox_message_subject_kind_subject_id_id",
    "DROP INDEX idx_outbox_message_kind_next_attempt_at_id",
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
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}
