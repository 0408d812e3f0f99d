//! Promotions, what coupons are made from, and the coupons.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE promotion (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        name text NOT NULL,
        label text NOT NULL,
        label_translations jsonb NOT NULL,
        status text NOT NULL,
        coupon_required boolean NOT NULL,
        starts_at timestamptz,
        ends_at timestamptz,
        conditions jsonb NOT NULL,
        rewards jsonb NOT NULL,
        priority integer NOT NULL,
        max_discount_minor bigint,
        budget_uses integer,
        uses_per_member integer,
        used_count integer NOT NULL DEFAULT 0,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_promotion_status CHECK (status IN ('DRAFT', 'SCHEDULED', 'ACTIVE', 'PAUSED', 'ENDED')),
        CONSTRAINT ck_promotion_window CHECK (starts_at IS NULL OR ends_at IS NULL OR ends_at > starts_at),
        CONSTRAINT ck_promotion_max_discount CHECK (max_discount_minor > 0),
        CONSTRAINT ck_promotion_uses_per_member CHECK (uses_per_member > 0),
        CONSTRAINT ck_promotion_budget CHECK (used_count >= 0
            AND (budget_uses IS NULL OR (budget_uses > 0 AND used_count <= budget_uses)))
    ) HOT",
    "CREATE INDEX idx_promotion_channel_id_status ON promotion (channel_id, status)",
    "CREATE TABLE coupon_template (
        id uuid NOT NULL PRIMARY KEY,
        promotion_id uuid NOT NULL REFERENCES promotion (id),
        label text NOT NULL,
        claimable boolean NOT NULL,
        usable_from timestamptz,
        expires_at timestamptz,
        per_member integer NOT NULL DEFAULT 1,
        issue_limit integer,
        issued_count integer NOT NULL DEFAULT 0,
        redeemed_count integer NOT NULL DEFAULT 0,
        restorable boolean NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_coupon_template_window
            CHECK (usable_from IS NULL OR expires_at IS NULL OR expires_at > usable_from),
        CONSTRAINT ck_coupon_template_per_member CHECK (per_member > 0),
        CONSTRAINT ck_coupon_template_issued CHECK (issued_count >= 0 AND redeemed_count >= 0
            AND (issue_limit IS NULL OR issued_count <= issue_limit))
    ) HOT",
    "CREATE INDEX idx_coupon_template_promotion_id ON coupon_template (promotion_id)",
    "CREATE TABLE coupon (
        id uuid NOT NULL PRIMARY KEY,
        template_id uuid NOT NULL REFERENCES coupon_template (id),
        code text CONSTRAINT uq_coupon_code UNIQUE,
        member_id uuid REFERENCES member (id),
        status text NOT NULL,
        usage_limit integer,
        used_count integer NOT NULL DEFAULT 0,
        uses_per_member integer,
        revoke_reason text,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT ck_coupon_status CHECK (status IN ('AVAILABLE', 'LOCKED', 'REDEEMED', 'EXPIRED', 'REVOKED')),
        CONSTRAINT ck_coupon_reachable CHECK (code IS NOT NULL OR member_id IS NOT NULL),
        CONSTRAINT ck_coupon_uses_per_member CHECK (uses_per_member > 0),
        CONSTRAINT ck_coupon_used CHECK (used_count >= 0
            AND (usage_limit IS NULL OR (usage_limit > 0 AND used_count <= usage_limit)))
    ) HOT",
    "CREATE INDEX idx_coupon_template_id ON coupon (template_id)",
    "CREATE INDEX idx_coupon_member_id ON coupon (member_id)",
];

const DOWN: &[&str] = &["coupon", "coupon_template", "promotion"];

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
