//! Background work with its progress.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE job (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        kind text NOT NULL,
        status text NOT NULL,
        task jsonb NOT NULL,
        total integer,
        done integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        error text,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        started_at timestamptz,
        finished_at timestamptz,
        CONSTRAINT ck_job_kind CHECK (kind IN ('COUPON_CODES_GENERATE')),
        CONSTRAINT ck_job_status CHECK (status IN ('PENDING', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_job_done CHECK (done >= 0 AND (total IS NULL OR done <= total)),
        CONSTRAINT ck_job_failures CHECK (failures >= 0)
    )",
    "CREATE INDEX idx_job_channel_id_id ON job (channel_id, id)",
];

const DOWN: &[&str] = &["job"];

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
