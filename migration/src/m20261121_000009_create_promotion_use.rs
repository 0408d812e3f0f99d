//! Which orders used which promotions and coupons, and for whom.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE promotion_use (
        id uuid NOT NULL PRIMARY KEY,
        promotion_id uuid NOT NULL REFERENCES promotion (id),
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        buyer_key text NOT NULL,
        slot integer,
        discount_minor bigint NOT NULL,
        released_at timestamptz,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_promotion_use_promotion_id_order_id UNIQUE (promotion_id, order_id),
        CONSTRAINT ck_promotion_use_slot CHECK (slot >= 0)
    )",
    "CREATE INDEX idx_promotion_use_order_id ON promotion_use (order_id)",
    "CREATE INDEX idx_promotion_use_buyer_key_promotion_id ON promotion_use (buyer_key, promotion_id)",
    // A buyer's n-th use takes slot n: two orders at once cannot take the same one.
    "CREATE UNIQUE INDEX uq_promotion_use_promotion_id_buyer_key_slot
        ON promotion_use (promotion_id, buyer_key, slot) WHERE released_at IS NULL AND slot IS NOT NULL",
    "CREATE TABLE coupon_redemption (
        id uuid NOT NULL PRIMARY KEY,
        coupon_id uuid NOT NULL REFERENCES coupon (id),
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        code text NOT NULL,
        buyer_key text NOT NULL,
        slot integer,
        status text NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_coupon_redemption_coupon_id_order_id UNIQUE (coupon_id, order_id),
        CONSTRAINT ck_coupon_redemption_slot CHECK (slot >= 0),
        CONSTRAINT ck_coupon_redemption_status CHECK (status IN ('LOCKED', 'REDEEMED', 'RESTORED'))
    )",
    "CREATE INDEX idx_coupon_redemption_order_id ON coupon_redemption (order_id)",
    "CREATE INDEX idx_coupon_redemption_buyer_key_coupon_id ON coupon_redemption (buyer_key, coupon_id)",
    "CREATE UNIQUE INDEX uq_coupon_redemption_coupon_id_buyer_key_slot
        ON coupon_redemption (coupon_id, buyer_key, slot) WHERE status <> 'RESTORED' AND slot IS NOT NULL",
];

const DOWN: &[&str] = &["coupon_redemption", "promotion_use"];

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
