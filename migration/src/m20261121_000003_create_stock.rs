//! Warehouses, what they hold, and every movement that led there.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE warehouse (
        id uuid NOT NULL PRIMARY KEY,
        code text NOT NULL CONSTRAINT uq_warehouse_code UNIQUE,
        name text NOT NULL,
        address jsonb,
        priority integer NOT NULL,
        pickup boolean NOT NULL,
        active boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_warehouse_code CHECK (length(code) > 0),
        CONSTRAINT ck_warehouse_name CHECK (length(name) > 0)
    )",
    // No index on a counter: PostgreSQL can then change it without touching any index.
    "CREATE TABLE stock_level (
        id uuid NOT NULL PRIMARY KEY,
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        warehouse_id uuid NOT NULL REFERENCES warehouse (id),
        on_hand integer NOT NULL,
        allocated integer NOT NULL DEFAULT 0,
        incoming integer NOT NULL DEFAULT 0,
        safety integer NOT NULL DEFAULT 0,
        backorder_limit integer NOT NULL DEFAULT 0,
        source_version bigint,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_stock_level_variant_id_warehouse_id UNIQUE (variant_id, warehouse_id),
        CONSTRAINT ck_stock_level_counters CHECK (on_hand >= 0 AND allocated >= 0 AND incoming >= 0
            AND safety >= 0 AND backorder_limit >= 0),
        CONSTRAINT ck_stock_level_allocated CHECK (allocated <= on_hand + backorder_limit)
    ) HOT",
    "CREATE INDEX idx_stock_level_warehouse_id ON stock_level (warehouse_id)",
    "CREATE TABLE stock_movement (
        id uuid NOT NULL PRIMARY KEY,
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        warehouse_id uuid NOT NULL REFERENCES warehouse (id),
        kind text NOT NULL,
        on_hand_delta integer NOT NULL,
        allocated_delta integer NOT NULL,
        reason text,
        source_id uuid,
        actor_kind text NOT NULL,
        actor_id uuid,
        occurred_at timestamptz NOT NULL,
        CONSTRAINT ck_stock_movement_kind
            CHECK (kind IN ('SET', 'ADJUSTMENT', 'ALLOCATION', 'RELEASE', 'SHIPMENT', 'RETURN')),
        CONSTRAINT ck_stock_movement_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_stock_movement_variant_id_warehouse_id ON stock_movement (variant_id, warehouse_id)",
    "CREATE INDEX idx_stock_movement_source_id ON stock_movement (source_id)",
];

const DOWN: &[&str] = &["stock_movement", "stock_level", "warehouse"];

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
