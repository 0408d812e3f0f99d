//! Flash sales with their quotas, and what orders took of them.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE flash_sale (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        name text NOT NULL,
        label text NOT NULL,
        starts_at timestamptz NOT NULL,
        ends_at timestamptz NOT NULL,
        active boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_flash_sale_channel_id_code UNIQUE (channel_id, code),
        CONSTRAINT ck_flash_sale_window CHECK (ends_at > starts_at)
    )",
    "CREATE INDEX idx_flash_sale_channel_id_ends_at ON flash_sale (channel_id, ends_at)",
    "CREATE TABLE flash_sale_entry (
        id uuid NOT NULL PRIMARY KEY,
        flash_sale_id uuid NOT NULL REFERENCES flash_sale (id),
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        price_minor bigint,
        quota integer,
        per_buyer integer,
        taken integer NOT NULL DEFAULT 0,
        CONSTRAINT uq_flash_sale_entry_variant_id_flash_sale_id UNIQUE (variant_id, flash_sale_id),
        CONSTRAINT ck_flash_sale_entry_price CHECK (price_minor >= 0),
        CONSTRAINT ck_flash_sale_entry_per_buyer CHECK (per_buyer > 0),
        CONSTRAINT ck_flash_sale_entry_quota CHECK (taken >= 0 AND (quota IS NULL OR (quota > 0 AND taken <= quota)))
    ) HOT",
    "CREATE INDEX idx_flash_sale_entry_flash_sale_id ON flash_sale_entry (flash_sale_id)",
    "CREATE TABLE flash_sale_use (
        id uuid NOT NULL PRIMARY KEY,
        entry_id uuid NOT NULL REFERENCES flash_sale_entry (id),
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        buyer_key text NOT NULL,
        quantity integer NOT NULL,
        released_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_flash_sale_use_order_id_entry_id UNIQUE (order_id, entry_id),
        CONSTRAINT ck_flash_sale_use_quantity CHECK (quantity > 0)
    )",
    "CREATE INDEX idx_flash_sale_use_entry_id_buyer_key ON flash_sale_use (entry_id, buyer_key)",
];

const DOWN: &[&str] = &["flash_sale_use", "flash_sale_entry", "flash_sale"];

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
