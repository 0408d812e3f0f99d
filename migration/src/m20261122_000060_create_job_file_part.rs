//! Files made by jobs, part by part; and the kinds of jobs there may ever be.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const KIND: Check<'_> = Check {
    table: "job",
    name: "ck_job_kind",
    narrow: "CHECK (kind IN ('COUPON_CODES_GENERATE'))",
    wide: "CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE', 'COUPON_CODES_EXPORT', 'SEARCH_REINDEX', 'MAINTENANCE'))",
};

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

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        KIND.widen(manager).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        KIND.narrow(manager).await
    }
}
