//! Tiers of membership, where members stand, and how they got there.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE member_tier (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        code text NOT NULL,
        rank integer NOT NULL,
        name text NOT NULL,
        benefits jsonb NOT NULL,
        translations jsonb NOT NULL,
        threshold_minor bigint NOT NULL,
        grace_days integer NOT NULL,
        points_multiplier_thousandths integer NOT NULL,
        free_shipping boolean NOT NULL,
        active boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_member_tier_channel_id_code UNIQUE (channel_id, code),
        CONSTRAINT ck_member_tier_rank CHECK (rank > 0),
        CONSTRAINT ck_member_tier_threshold CHECK (threshold_minor > 0),
        CONSTRAINT ck_member_tier_grace_days CHECK (grace_days >= 0),
        CONSTRAINT ck_member_tier_points_multiplier CHECK (points_multiplier_thousandths >= 1000)
    )",
    "CREATE TABLE member_standing (
        member_id uuid NOT NULL REFERENCES member (id),
        channel_id uuid NOT NULL REFERENCES channel (id),
        tier_id uuid REFERENCES member_tier (id),
        valid_until timestamptz,
        review_at timestamptz,
        updated_at timestamptz NOT NULL,
        PRIMARY KEY (member_id, channel_id),
        CONSTRAINT ck_member_standing_valid_until CHECK ((tier_id IS NULL) = (valid_until IS NULL))
    ) CLUSTERED",
    "CREATE INDEX idx_member_standing_review_at ON member_standing (review_at)",
    "CREATE INDEX idx_member_standing_channel_id ON member_standing (channel_id)",
    "CREATE INDEX idx_member_standing_tier_id_member_id ON member_standing (tier_id, member_id)",
    "CREATE TABLE member_tier_change (
        id uuid NOT NULL PRIMARY KEY,
        member_id uuid NOT NULL REFERENCES member (id),
        channel_id uuid NOT NULL REFERENCES channel (id),
        from_tier_id uuid REFERENCES member_tier (id),
        to_tier_id uuid REFERENCES member_tier (id),
        reason text NOT NULL,
        spent_minor bigint NOT NULL,
        occurred_at timestamptz NOT NULL,
        CONSTRAINT ck_member_tier_change_reason CHECK (reason IN ('REACHED', 'LAPSED', 'RETIRED')),
        CONSTRAINT ck_member_tier_change_tiers CHECK (from_tier_id IS NOT NULL OR to_tier_id IS NOT NULL)
    )",
    "CREATE INDEX idx_member_tier_change_member_id_channel_id_id ON member_tier_change (member_id, channel_id, id)",
    "CREATE INDEX idx_member_tier_change_channel_id ON member_tier_change (channel_id)",
    "CREATE INDEX idx_member_tier_change_from_tier_id ON member_tier_change (from_tier_id)",
    "CREATE INDEX idx_member_tier_change_to_tier_id ON member_tier_change (to_tier_id)",
];

const DOWN: &[&str] = &["member_tier_change", "member_standing", "member_tier"];

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
