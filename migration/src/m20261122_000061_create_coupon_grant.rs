//! Coupons given by themselves, and the instant at which each coupon lapses.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE coupon_template ADD COLUMN valid_days integer
        CONSTRAINT ck_coupon_template_valid_days CHECK (valid_days > 0)",
    "ALTER TABLE coupon_template ADD COLUMN grant_on text
        CONSTRAINT ck_coupon_template_grant_on
        CHECK (grant_on IN ('REGISTRATION', 'BIRTHDAY', 'TIER_REACHED', 'ORDER_COMPLETED', 'EACH_MONTH'))",
    "ALTER TABLE coupon_template ADD COLUMN grant_tier_id uuid REFERENCES member_tier (id)",
    "ALTER TABLE coupon_template ADD COLUMN granted_until date",
    "CREATE INDEX idx_coupon_template_grant_on ON coupon_template (grant_on) WHERE grant_on IS NOT NULL",
    "CREATE INDEX idx_coupon_template_grant_tier_id ON coupon_template (grant_tier_id) WHERE grant_tier_id IS NOT NULL",
    "ALTER TABLE coupon ADD COLUMN expires_at timestamptz",
    "UPDATE coupon SET expires_at =
        (SELECT template.expires_at FROM coupon_template template WHERE template.id = coupon.template_id)",
    "CREATE INDEX idx_coupon_expires_at ON coupon (expires_at) WHERE status = 'AVAILABLE'",
    "CREATE TABLE coupon_grant (
        template_id uuid NOT NULL REFERENCES coupon_template (id),
        member_id uuid NOT NULL REFERENCES member (id),
        occasion text NOT NULL,
        coupon_id uuid NOT NULL CONSTRAINT uq_coupon_grant_coupon_id UNIQUE REFERENCES coupon (id),
        PRIMARY KEY (template_id, member_id, occasion)
    ) CLUSTERED",
    "CREATE INDEX idx_coupon_grant_member_id ON coupon_grant (member_id)",
];

/// A coupon that lapsed could be used before: what shows that it cannot is its template.
const DOWN: &[&str] = &[
    "DROP TABLE coupon_grant",
    "UPDATE coupon SET status = 'AVAILABLE' WHERE status = 'EXPIRED'",
    "DROP INDEX idx_coupon_expires_at",
    "ALTER TABLE coupon DROP COLUMN expires_at",
    "DROP INDEX idx_coupon_template_grant_tier_id",
    "DROP INDEX idx_coupon_template_grant_on",
    "ALTER TABLE coupon_template DROP COLUMN granted_until",
    "ALTER TABLE coupon_template DROP COLUMN grant_tier_id",
    "ALTER TABLE coupon_template DROP COLUMN grant_on",
    "ALTER TABLE coupon_template DROP COLUMN valid_days",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}
