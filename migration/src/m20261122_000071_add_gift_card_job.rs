//! Jobs may make gift cards.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const KIND: Check<'_> = Check {
    table: "job",
    name: "ck_job_kind",
    narrow: "CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE', 'COUPON_CODES_EXPORT', 'SEARCH_REINDEX', 'MAINTENANCE'))",
    wide: "CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE', 'COUPON_CODES_EXPORT', 'SEARCH_REINDEX', 'MAINTENANCE', \
        'GIFT_CARDS_GENERATE'))",
};

/// The cards outlive the job that made them.
const DOWN: &[&str] = &[
    "UPDATE gift_card SET job_id = NULL",
    "DELETE FROM job_file_part WHERE job_id IN (SELECT id FROM job WHERE kind = 'GIFT_CARDS_GENERATE')",
    "DELETE FROM job WHERE kind = 'GIFT_CARDS_GENERATE'",
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
        KIND.widen(manager).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        KIND.narrow(manager).await
    }
}
