//! Refunds of after-sale cases wait for approvers as others do.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    // The case it pays out; it is of the same order, and only ever read together with it.
    "ALTER TABLE refund_request ADD COLUMN after_sale_id uuid",
    "CREATE UNIQUE INDEX uq_refund_request_after_sale_id ON refund_request (after_sale_id)
        WHERE status = 'PENDING' AND after_sale_id IS NOT NULL",
];

/// The older schema pays cases out without asking: what waits can be asked for again.
const DOWN: &[&str] = &[
    "UPDATE refund_request SET status = 'CANCELLED' WHERE status = 'PENDING' AND after_sale_id IS NOT NULL",
    "DROP INDEX uq_refund_request_after_sale_id",
    "ALTER TABLE refund_request DROP COLUMN after_sale_id",
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
