//! A coupon that comes back when its time is almost over, or over, can be used for days of grace.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE coupon_template ADD COLUMN grace_days integer NOT NULL DEFAULT 0
        CONSTRAINT ck_coupon_template_grace_days CHECK (grace_days >= 0)",
];

const DOWN: &[&str] = &["ALTER TABLE coupon_template DROP COLUMN grace_days"];

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
