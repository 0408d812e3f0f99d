//! Bundles: variants that are made of others, and what the lines of orders were made of when they were placed.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE product_variant ADD COLUMN bundle boolean NOT NULL DEFAULT false",
    "CREATE TABLE bundle_component (
        bundle_id uuid NOT NULL REFERENCES product_variant (id),
        component_id uuid NOT NULL REFERENCES product_variant (id),
        position integer NOT NULL,
        quantity integer NOT NULL,
        PRIMARY KEY (bundle_id, component_id),
        CONSTRAINT ck_bundle_component_component_id CHECK (component_id <> bundle_id),
        CONSTRAINT ck_bundle_component_quantity CHECK (quantity > 0)
    )",
    "CREATE INDEX idx_bundle_component_component_id ON bundle_component (component_id)",
    "CREATE TABLE order_line_component (
        order_line_id uuid NOT NULL REFERENCES order_line (id) ON DELETE CASCADE,
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        position integer NOT NULL,
        sku text NOT NULL,
        product_name text NOT NULL,
        variant_name text NOT NULL,
        quantity integer NOT NULL,
        PRIMARY KEY (order_line_id, variant_id),
        CONSTRAINT ck_order_line_component_quantity CHECK (quantity > 0)
    )",
    "CREATE INDEX idx_order_line_component_variant_id ON order_line_component (variant_id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE order_line_component",
    "DROP TABLE bundle_component",
    "ALTER TABLE product_variant DROP COLUMN bundle",
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
