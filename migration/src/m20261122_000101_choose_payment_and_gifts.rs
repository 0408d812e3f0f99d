//! Carts name a way to pay and gifts to choose; orders the ways to pay their price binds them to.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE cart ADD COLUMN payment_method_id uuid REFERENCES payment_method (id)",
    "CREATE INDEX idx_cart_payment_method_id ON cart (payment_method_id)",
    "ALTER TABLE cart ADD COLUMN gift_wishes jsonb NOT NULL DEFAULT '[]'",
    "ALTER TABLE \"order\" ADD COLUMN payment_method_ids jsonb",
];

const DOWN: &[&str] = &[
    "ALTER TABLE \"order\" DROP COLUMN payment_method_ids",
    "ALTER TABLE cart DROP COLUMN gift_wishes",
    "DROP INDEX idx_cart_payment_method_id",
    "ALTER TABLE cart DROP COLUMN payment_method_id",
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
