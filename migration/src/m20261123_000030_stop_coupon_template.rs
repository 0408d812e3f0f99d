//! Templates of coupons are changed and stopped, and a job withdraws the coupons of one.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const KIND: Check<'_> = Check {
    table: "job",
    name: "ck_job_kind",
    narrow: "CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE', 'COUPON_CODES_EXPORT', 'SEARCH_REINDEX', 'MAINTENANCE', \
        'GIFT_CARDS_GENERATE'))",
    wide: "CHECK (kind IN ('PRODUCT_IMPORT', 'COUPON_CODES_GENERATE', 'COUPON_CODES_EXPORT', 'SEARCH_REINDEX', 'MAINTENANCE', \
        'GIFT_CARDS_GENERATE', 'COUPONS_REVOKE'))",
};

const UP: &[&str] = &[
    "ALTER TABLE coupon_template ADD COLUMN stopped_at timestamptz",
    "ALTER TABLE coupon_template ADD COLUMN version integer NOT NULL DEFAULT 1",
];

/// Coupons that were withdrawn stay so.
const DOWN: &[&str] = &[
    "DELETE FROM job WHERE kind = 'COUPONS_REVOKE'",
    "ALTER TABLE coupon_template DROP COLUMN version",
    "ALTER TABLE coupon_template DROP COLUMN stopped_at",
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
