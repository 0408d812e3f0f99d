//! Adjustments of points that a second staff member must approve.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// Shops that were there before go on adjusting alone what they could.
const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN points_adjust_limit integer NOT NULL DEFAULT 1000000
        CONSTRAINT ck_channel_points_adjust_limit CHECK (points_adjust_limit >= 0)",
    "CREATE TABLE points_adjustment (
        id uuid NOT NULL PRIMARY KEY,
        channel_id uuid NOT NULL REFERENCES channel (id),
        member_id uuid NOT NULL REFERENCES member (id),
        points integer NOT NULL,
        reason text NOT NULL,
        status text NOT NULL,
        requested_by_kind text NOT NULL,
        requested_by_id uuid,
        requested_at timestamptz NOT NULL,
        answered_by_id uuid,
        answered_at timestamptz,
        CONSTRAINT ck_points_adjustment_points CHECK (points <> 0),
        CONSTRAINT ck_points_adjustment_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
        CONSTRAINT ck_points_adjustment_requested_by_kind
            CHECK (requested_by_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM')),
        CONSTRAINT ck_points_adjustment_answer CHECK ((answered_at IS NULL) = (status = 'PENDING')
            AND (answered_by_id IS NULL OR answered_by_id <> requested_by_id))
    )",
    "CREATE INDEX idx_points_adjustment_channel_id_status_id ON points_adjustment (channel_id, status, id)",
    "CREATE INDEX idx_points_adjustment_member_id ON points_adjustment (member_id)",
];

const DOWN: &[&str] = &[
    "DROP TABLE points_adjustment",
    "ALTER TABLE channel DROP COLUMN points_adjust_limit",
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
