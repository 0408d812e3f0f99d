//! Answers kept for repeated requests, and effects that follow a commit.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE idempotency_record (
        id uuid NOT NULL PRIMARY KEY,
        actor_key text NOT NULL,
        operation text NOT NULL,
        key text NOT NULL,
        request_hash text NOT NULL,
        outcome jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_idempotency_record_actor_key_operation_key UNIQUE (actor_key, operation, key),
        CONSTRAINT ck_idempotency_record_key CHECK (length(key) BETWEEN 1 AND 255)
    )",
    "CREATE INDEX idx_idempotency_record_created_at ON idempotency_record (created_at)",
    "CREATE TABLE outbox_message (
        id uuid NOT NULL PRIMARY KEY,
        kind text NOT NULL,
        subject_kind text NOT NULL,
        subject_id uuid NOT NULL,
        payload jsonb NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL DEFAULT 0,
        next_attempt_at timestamptz NOT NULL,
        leased_until timestamptz,
        last_error text,
        created_at timestamptz NOT NULL,
        done_at timestamptz,
        CONSTRAINT ck_outbox_message_status CHECK (status IN ('PENDING', 'DONE', 'PARKED')),
        CONSTRAINT ck_outbox_message_attempts CHECK (attempts >= 0)
    )",
    "CREATE INDEX idx_outbox_message_status_next_attempt_at ON outbox_message (status, next_attempt_at)",
];

const DOWN: &[&str] = &["outbox_message", "idempotency_record"];

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
