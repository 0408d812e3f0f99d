//! Addresses that get events, and what was sent to them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE webhook (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        url text NOT NULL,
        event_kinds jsonb NOT NULL,
        is_active boolean NOT NULL,
        disabled_reason text,
        secret text NOT NULL,
        previous_secret text,
        previous_secret_until timestamptz,
        failing_since timestamptz,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_webhook_disabled_reason CHECK (disabled_reason IS NULL OR NOT is_active),
        CONSTRAINT ck_webhook_previous_secret CHECK ((previous_secret IS NULL) = (previous_secret_until IS NULL))
    )",
    "CREATE INDEX idx_webhook_channel_id ON webhook (channel_id)",
    "CREATE TABLE webhook_delivery (
        id uuid NOT NULL PRIMARY KEY,
        webhook_id uuid NOT NULL REFERENCES webhook (id),
        event_id uuid NOT NULL REFERENCES event (id) ON DELETE CASCADE,
        subject_id uuid NOT NULL,
        sequence bigint NOT NULL,
        status text NOT NULL,
        attempts integer NOT NULL,
        response_status integer,
        error text,
        next_attempt_at timestamptz,
        leased_until timestamptz,
        finished_at timestamptz,
        CONSTRAINT uq_webhook_delivery_event_id_webhook_id UNIQUE (event_id, webhook_id),
        CONSTRAINT ck_webhook_delivery_status CHECK (status IN ('PENDING', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_webhook_delivery_attempts CHECK (attempts >= 0),
        CONSTRAINT ck_webhook_delivery_finished_at
            CHECK ((finished_at IS NULL) = (status IN ('PENDING', 'RUNNING', 'RETRYING'))),
        CONSTRAINT ck_webhook_delivery_next_attempt_at CHECK ((finished_at IS NULL) = (next_attempt_at IS NOT NULL))
    )",
    "CREATE INDEX idx_webhook_delivery_webhook_id_id ON webhook_delivery (webhook_id, id)",
    "CREATE INDEX idx_webhook_delivery_webhook_id_next_attempt_at
        ON webhook_delivery (webhook_id, next_attempt_at) WHERE finished_at IS NULL",
    "CREATE INDEX idx_webhook_delivery_webhook_id_subject_id_sequence
        ON webhook_delivery (webhook_id, subject_id, sequence) WHERE finished_at IS NULL",
];

const DOWN: &[&str] = &["webhook_delivery", "webhook"];

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
