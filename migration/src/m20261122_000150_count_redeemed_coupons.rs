//! Redeemed coupons of a template are counted when somebody asks, so that confirming orders does not wait for one row.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const COUNTS: Check<'_> = Check {
    table: "coupon_template",
    name: "ck_coupon_template_issued",
    narrow: "CHECK (issued_count >= 0 AND redeemed_count >= 0
            AND (issue_limit IS NULL OR issued_count <= issue_limit))",
    wide: "CHECK (issued_count >= 0
            AND (issue_limit IS NULL OR issued_count <= issue_limit))",
};

const UP: &[&str] = &["ALTER TABLE coupon_template DROP COLUMN redeemed_count"];

const DOWN: &[&str] = &[
    "ALTER TABLE coupon_template ADD COLUMN redeemed_count integer NOT NULL DEFAULT 0",
    "UPDATE coupon_template SET redeemed_count = (SELECT COUNT(*) FROM coupon_redemption
        JOIN coupon ON coupon.id = coupon_redemption.coupon_id
        WHERE coupon.template_id = coupon_template.id AND coupon_redemption.status = 'REDEEMED')",
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
        COUNTS.widen(manager).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        COUNTS.narrow(manager).await
    }
}
