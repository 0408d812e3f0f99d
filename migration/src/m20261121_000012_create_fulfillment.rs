//! Parcels and what is in them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE fulfillment (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        warehouse_id uuid NOT NULL REFERENCES warehouse (id),
        status text NOT NULL,
        carrier text,
        tracking_number text,
        tracking_url text,
        created_at timestamptz NOT NULL,
        shipped_at timestamptz,
        delivered_at timestamptz,
        CONSTRAINT ck_fulfillment_status CHECK (status IN ('OPEN', 'SHIPPED', 'DELIVERED', 'CANCELLED'))
    )",
    "CREATE INDEX idx_fulfillment_order_id ON fulfillment (order_id)",
    "CREATE INDEX idx_fulfillment_warehouse_id ON fulfillment (warehouse_id)",
    "CREATE TABLE fulfillment_line (
        id uuid NOT NULL PRIMARY KEY,
        fulfillment_id uuid NOT NULL REFERENCES fulfillment (id) ON DELETE CASCADE,
        order_line_id uuid NOT NULL REFERENCES order_line (id),
        quantity integer NOT NULL,
        CONSTRAINT uq_fulfillment_line_fulfillment_id_order_line_id UNIQUE (fulfillment_id, order_line_id),
        CONSTRAINT ck_fulfillment_line_quantity CHECK (quantity > 0)
    )",
    "CREATE INDEX idx_fulfillment_line_order_line_id ON fulfillment_line (order_line_id)",
];

const DOWN: &[&str] = &["fulfillment_line", "fulfillment"];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::drop_tables(manager, DOWN).await
    }
}
