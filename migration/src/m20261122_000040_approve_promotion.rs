//! Promotions that wait for a second person or were put away, and what happened to each.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const STATUS: Check<'_> = Check {
    table: "promotion",
    name: "ck_promotion_status",
    narrow: "CHECK (status IN ('DRAFT', 'SCHEDULED', 'ACTIVE', 'PAUSED', 'ENDED'))",
    wide: "CHECK (status IN ('DRAFT', 'PENDING_APPROVAL', 'SCHEDULED', 'ACTIVE', 'PAUSED', 'ENDED', 'ARCHIVED'))",
};

/// Shops that were there before go on without approval, and each promotion starts its history.
const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN promotion_approval boolean NOT NULL DEFAULT false",
    "CREATE TABLE promotion_change (
        promotion_id uuid NOT NULL REFERENCES promotion (id),
        version integer NOT NULL,
        kind text NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        person_id uuid,
        reason text,
        label text,
        conditions jsonb,
        rewards jsonb,
        created_at timestamptz NOT NULL,
        PRIMARY KEY (promotion_id, version, kind),
        CONSTRAINT ck_promotion_change_kind CHECK (kind IN ('CREATED', 'UPDATED', 'APPROVAL_REQUESTED', 'APPROVED',
            'DECLINED', 'ACTIVATED', 'PAUSED', 'STARTED', 'ENDED', 'ARCHIVED')),
        CONSTRAINT ck_promotion_change_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    ) CLUSTERED",
    "INSERT INTO promotion_change (promotion_id, version, kind, actor_kind, label, conditions, rewards, created_at)
        SELECT id, version, 'CREATED', 'SYSTEM', label, conditions, rewards, updated_at FROM promotion",
];

const DOWN: &[&str] = &[
    "DROP TABLE promotion_change",
    "ALTER TABLE channel DROP COLUMN promotion_approval",
    "UPDATE promotion SET status = 'DRAFT' WHERE status = 'PENDING_APPROVAL'",
    "UPDATE promotion SET status = 'ENDED' WHERE status = 'ARCHIVED'",
];

/// See the module.
#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    fn use_transaction(&self) -> Option<bool> {
        Some(true)
    }

    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        STATUS.widen(manager).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        STATUS.narrow(manager).await
    }
}
