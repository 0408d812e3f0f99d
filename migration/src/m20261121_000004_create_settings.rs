//! What a channel charges beside its goods, and the ways to ship and to pay.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE tax_rate (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        name text NOT NULL,
        country_code text,
        province text,
        tax_class text NOT NULL,
        rate_ppm integer NOT NULL,
        active boolean NOT NULL,
        CONSTRAINT uq_tax_rate_channel_id_code UNIQUE (channel_id, code),
        CONSTRAINT ck_tax_rate_place CHECK (province IS NULL OR country_code IS NOT NULL),
        CONSTRAINT ck_tax_rate_rate CHECK (rate_ppm BETWEEN 0 AND 1000000)
    )",
    "CREATE TABLE shipping_method (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        name text NOT NULL,
        name_translations jsonb NOT NULL,
        price_minor bigint NOT NULL,
        free_over_minor bigint,
        country_codes jsonb NOT NULL,
        tax_class text NOT NULL,
        min_days integer,
        max_days integer,
        pickup_warehouse_id uuid REFERENCES warehouse (id),
        position integer NOT NULL,
        active boolean NOT NULL,
        CONSTRAINT uq_shipping_method_channel_id_code UNIQUE (channel_id, code),
        CONSTRAINT ck_shipping_method_price CHECK (price_minor >= 0 AND (free_over_minor IS NULL OR free_over_minor >= 0)),
        CONSTRAINT ck_shipping_method_days CHECK ((min_days IS NULL OR min_days >= 0)
            AND (max_days IS NULL OR max_days >= coalesce(min_days, 0)))
    )",
    "CREATE INDEX idx_shipping_method_pickup_warehouse_id ON shipping_method (pickup_warehouse_id)",
    "CREATE TABLE payment_method (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        provider text NOT NULL,
        name text NOT NULL,
        name_translations jsonb NOT NULL,
        instructions text,
        position integer NOT NULL,
        active boolean NOT NULL,
        CONSTRAINT uq_payment_method_channel_id_code UNIQUE (channel_id, code),
        CONSTRAINT ck_payment_method_provider CHECK (provider IN ('manual', 'test'))
    )",
];

const DOWN: &[&str] = &["payment_method", "shipping_method", "tax_rate"];

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
