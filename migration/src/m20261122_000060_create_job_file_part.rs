//! Files made by jobs, part by part; and the kinds of jobs there may ever be.

use sea_orm_migration::sea_orm::{ConnectionTrait, DbBackend, DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// The table of jobs anew: SQLite cannot change a check. Nothing refers to it yet.
const UP_SQLITE: &[&str] = &[
    "CREATE TABLE job_new (
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
        CONSTRAINT ck_job_kind CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE', 'COUPON_CODES_EXPORT',
            'SEARCH_REINDEX', 'MAINTENANCE')),
        CONSTRAINT ck_job_status CHECK (status IN ('PENDING', 'RUNNING', 'RETRYING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_job_done CHECK (done >= 0 AND (total IS NULL OR done <= total)),
        CONSTRAINT ck_job_failures CHECK (failures >= 0)
    )",
    MOVE,
    "DROP TABLE job",
    "ALTER TABLE job_new RENAME TO job",
    INDEX,
];

const UP_POSTGRES: &[&str] = &[
    "ALTER TABLE job DROP CONSTRAINT ck_job_kind",
    "ALTER TABLE job ADD CONSTRAINT ck_job_kind CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE',
        'COUPON_CODES_EXPORT', 'SEARCH_REINDEX', 'MAINTENANCE'))",
];

const UP: &[&str] = &["CREATE TABLE job_file_part (
        job_id uuid NOT NULL REFERENCES job (id),
        number integer NOT NULL,
        content text NOT NULL,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (job_id, number),
        CONSTRAINT ck_job_file_part_number CHECK (number >= 0)
    )"];

const DOWN: &[&str] = &[
    "DROP TABLE job_file_part",
    "DELETE FROM job WHERE kind <> 'COUPON_CODES_GENERATE'",
];

const DOWN_SQLITE: &[&str] = &[
    "CREATE TABLE job_new (
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
    MOVE,
    "DROP TABLE job",
    "ALTER TABLE job_new RENAME TO job",
    INDEX,
];

const DOWN_POSTGRES: &[&str] = &[
    "ALTER TABLE job DROP CONSTRAINT ck_job_kind",
    "ALTER TABLE job ADD CONSTRAINT ck_job_kind CHECK (kind IN ('COUPON_CODES_GENERATE'))",
];

const MOVE: &str = "INSERT INTO job_new SELECT id, channel_id, kind, status, task, total, done, failures, error, actor_kind,
    actor_id, created_at, started_at, finished_at FROM job";
const INDEX: &str = "CREATE INDEX idx_job_channel_id_id ON job (channel_id, id)";

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let first = if is_sqlite(manager) {
            UP_SQLITE
        } else {
            UP_POSTGRES
        };
        ddl::run(manager, first).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        let last = if is_sqlite(manager) {
            DOWN_SQLITE
        } else {
            DOWN_POSTGRES
        };
        ddl::run(manager, last).await
    }
}

fn is_sqlite(manager: &SchemaManager) -> bool {
    manager.get_connection().get_database_backend() == DbBackend::Sqlite
}
