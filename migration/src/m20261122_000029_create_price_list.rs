//! Price lists with their ladders, and what prices were.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE price_list (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        name text NOT NULL,
        label text NOT NULL,
        priority integer NOT NULL,
        starts_at timestamptz,
        ends_at timestamptz,
        for_tiers boolean NOT NULL,
        active boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_price_list_channel_id_code UNIQUE (channel_id, code),
        CONSTRAINT ck_price_list_window CHECK (ends_at > starts_at)
    )",
    "CREATE TABLE price_list_tier (
        price_list_id uuid NOT NULL REFERENCES price_list (id),
        tier_id uuid NOT NULL REFERENCES member_tier (id),
        PRIMARY KEY (price_list_id, tier_id)
    ) CLUSTERED",
    "CREATE INDEX idx_price_list_tier_tier_id ON price_list_tier (tier_id)",
    "CREATE TABLE price_list_entry (
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        price_list_id uuid NOT NULL REFERENCES price_list (id),
        min_quantity integer NOT NULL,
        price_minor bigint NOT NULL,
        PRIMARY KEY (variant_id, price_list_id, min_quantity),
        CONSTRAINT ck_price_list_entry_min_quantity CHECK (min_quantity > 0),
        CONSTRAINT ck_price_list_entry_price CHECK (price_minor >= 0)
    ) CLUSTERED",
    "CREATE INDEX idx_price_list_entry_price_list_id ON price_list_entry (price_list_id)",
    "CREATE TABLE price_history (
        id uuid NOT NULL PRIMARY KEY,
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        channel_id uuid NOT NULL REFERENCES channel (id),
        price_list_id uuid REFERENCES price_list (id),
        min_quantity integer NOT NULL,
        price_minor bigint,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT ck_price_history_min_quantity CHECK (min_quantity > 0),
        CONSTRAINT ck_price_history_price CHECK (price_minor >= 0)
    )",
    "CREATE INDEX idx_price_history_variant_id_channel_id_recorded_at
        ON price_history (variant_id, channel_id, recorded_at)",
    "CREATE INDEX idx_price_history_channel_id ON price_history (channel_id)",
    "CREATE INDEX idx_price_history_price_list_id ON price_history (price_list_id)",
];

const DOWN: &[&str] = &[
    "price_history",
    "price_list_entry",
    "price_list_tier",
    "price_list",
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
        ddl::drop_tables(manager, DOWN).await
    }
}
