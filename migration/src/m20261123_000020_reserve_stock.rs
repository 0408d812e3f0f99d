//! Carts may hold stock for a while: from when on and how long, as the channel says.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN reservation_policy text NOT NULL DEFAULT 'NONE'
        CONSTRAINT ck_channel_reservation_policy CHECK (reservation_policy IN ('NONE', 'ON_CHECKOUT', 'ON_ADD'))",
    "ALTER TABLE channel ADD COLUMN reservation_minutes integer NOT NULL DEFAULT 15
        CONSTRAINT ck_channel_reservation_minutes CHECK (reservation_minutes BETWEEN 1 AND 44640)",
    "ALTER TABLE stock_level ADD COLUMN reserved integer NOT NULL DEFAULT 0
        CONSTRAINT ck_stock_level_reserved CHECK (reserved = 0
            OR (reserved > 0 AND allocated + reserved <= on_hand + backorder_limit))",
    "CREATE TABLE stock_reservation (
        id uuid NOT NULL PRIMARY KEY,
        cart_id uuid NOT NULL REFERENCES cart (id),
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        warehouse_id uuid NOT NULL REFERENCES warehouse (id),
        quantity integer NOT NULL,
        expires_at timestamptz NOT NULL,
        changed_at timestamptz NOT NULL,
        CONSTRAINT uq_stock_reservation_cart_id_variant_id_warehouse_id UNIQUE (cart_id, variant_id, warehouse_id),
        CONSTRAINT ck_stock_reservation_quantity CHECK (quantity > 0)
    )",
    "CREATE INDEX idx_stock_reservation_variant_id_warehouse_id ON stock_reservation (variant_id, warehouse_id)",
    "CREATE INDEX idx_stock_reservation_warehouse_id ON stock_reservation (warehouse_id)",
    "CREATE INDEX idx_stock_reservation_expires_at ON stock_reservation (expires_at)",
];

const DOWN: &[&str] = &[
    "DROP TABLE stock_reservation",
    "ALTER TABLE stock_level DROP COLUMN reserved",
    "ALTER TABLE channel DROP COLUMN reservation_minutes",
    "ALTER TABLE channel DROP COLUMN reservation_policy",
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
