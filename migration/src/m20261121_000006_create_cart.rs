//! What buyers intend to buy.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE cart (
        id uuid NOT NULL PRIMARY KEY,
        public_id text NOT NULL CONSTRAINT uq_cart_public_id UNIQUE,
        channel_id uuid NOT NULL REFERENCES channel (id),
        member_id uuid REFERENCES member (id),
        status text NOT NULL,
        email text,
        phone text,
        note text,
        shipping_address jsonb,
        billing_address jsonb,
        shipping_method_id uuid REFERENCES shipping_method (id),
        points_to_spend integer NOT NULL DEFAULT 0,
        locale text NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_cart_status CHECK (status IN ('ACTIVE', 'MERGED', 'FROZEN', 'ORDERED')),
        CONSTRAINT ck_cart_points_to_spend CHECK (points_to_spend >= 0)
    )",
    "CREATE INDEX idx_cart_member_id ON cart (member_id)",
    "CREATE INDEX idx_cart_shipping_method_id ON cart (shipping_method_id)",
    "CREATE UNIQUE INDEX uq_cart_channel_id_member_id
        ON cart (channel_id, member_id) WHERE status = 'ACTIVE' AND member_id IS NOT NULL",
    "CREATE TABLE cart_line (
        id uuid NOT NULL PRIMARY KEY,
        cart_id uuid NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
        variant_id uuid NOT NULL REFERENCES product_variant (id),
        quantity integer NOT NULL,
        seen_unit_price_minor bigint NOT NULL,
        position integer NOT NULL,
        CONSTRAINT uq_cart_line_cart_id_variant_id UNIQUE (cart_id, variant_id),
        CONSTRAINT ck_cart_line_quantity CHECK (quantity > 0),
        CONSTRAINT ck_cart_line_seen_unit_price CHECK (seen_unit_price_minor >= 0)
    )",
    "CREATE INDEX idx_cart_line_variant_id ON cart_line (variant_id)",
    "CREATE TABLE cart_coupon (
        cart_id uuid NOT NULL REFERENCES cart (id) ON DELETE CASCADE,
        code text NOT NULL,
        added_at timestamptz NOT NULL,
        PRIMARY KEY (cart_id, code)
    ) CLUSTERED",
];

const DOWN: &[&str] = &["cart_coupon", "cart_line", "cart"];

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
