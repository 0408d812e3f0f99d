//! What promotions tolerate beside them, what they take percentages of, and how much they may give away.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// Promotions written before stand beside everything, as they did.
const UP: &[&str] = &[
    "ALTER TABLE promotion ADD COLUMN group_name text",
    "ALTER TABLE promotion ADD COLUMN group_mode text NOT NULL DEFAULT 'BEST_OF'
        CONSTRAINT ck_promotion_group_mode CHECK (group_mode IN ('BEST_OF', 'STACK'))",
    "ALTER TABLE promotion ADD COLUMN exclusive boolean NOT NULL DEFAULT false",
    "ALTER TABLE promotion ADD COLUMN combines_with jsonb NOT NULL
        DEFAULT '[\"LINE\",\"ORDER\",\"SHIPPING\",\"COUPON\",\"POINTS\"]'",
    "ALTER TABLE promotion ADD COLUMN combines_with_groups jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE promotion ADD COLUMN discount_base text NOT NULL DEFAULT 'RUNNING'
        CONSTRAINT ck_promotion_discount_base CHECK (discount_base IN ('BASE', 'RUNNING'))",
    "ALTER TABLE promotion ADD COLUMN applies_to_discounted boolean NOT NULL DEFAULT true",
    "ALTER TABLE promotion ADD COLUMN min_payable_minor bigint
        CONSTRAINT ck_promotion_min_payable CHECK (min_payable_minor > 0)",
    "ALTER TABLE promotion ADD COLUMN budget_minor bigint
        CONSTRAINT ck_promotion_budget_minor CHECK (budget_minor > 0)",
    "ALTER TABLE promotion ADD COLUMN used_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_promotion_used_minor
        CHECK (used_minor >= 0 AND (budget_minor IS NULL OR used_minor <= budget_minor))",
    "ALTER TABLE promotion_use ADD COLUMN promotion_version integer",
];

const DOWN: &[&str] = &[
    "ALTER TABLE promotion_use DROP COLUMN promotion_version",
    "ALTER TABLE promotion DROP COLUMN used_minor",
    "ALTER TABLE promotion DROP COLUMN budget_minor",
    "ALTER TABLE promotion DROP COLUMN min_payable_minor",
    "ALTER TABLE promotion DROP COLUMN applies_to_discounted",
    "ALTER TABLE promotion DROP COLUMN discount_base",
    "ALTER TABLE promotion DROP COLUMN combines_with_groups",
    "ALTER TABLE promotion DROP COLUMN combines_with",
    "ALTER TABLE promotion DROP COLUMN exclusive",
    "ALTER TABLE promotion DROP COLUMN group_mode",
    "ALTER TABLE promotion DROP COLUMN group_name",
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
