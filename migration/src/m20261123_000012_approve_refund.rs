//! Refunds that wait for approvers, and from which amounts on they do.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN refund_approval_levels jsonb NOT NULL DEFAULT '[]'",
    "CREATE TABLE refund_request (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        status text NOT NULL,
        wish jsonb NOT NULL,
        to_store_credit boolean NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        reason text NOT NULL,
        levels integer NOT NULL,
        author_id uuid,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        responded_at timestamptz,
        CONSTRAINT ck_refund_request_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
        CONSTRAINT ck_refund_request_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM')),
        CONSTRAINT ck_refund_request_amount CHECK (amount_minor > 0),
        CONSTRAINT ck_refund_request_levels CHECK (levels > 0)
    )",
    "CREATE INDEX idx_refund_request_order_id ON refund_request (order_id)",
    "CREATE INDEX idx_refund_request_pending ON refund_request (id) WHERE status = 'PENDING'",
    "CREATE TABLE refund_approval (
        refund_request_id uuid NOT NULL REFERENCES refund_request (id),
        level integer NOT NULL,
        status text NOT NULL,
        approver_id uuid NOT NULL REFERENCES staff (id),
        reason text,
        responded_at timestamptz NOT NULL,
        PRIMARY KEY (refund_request_id, level),
        CONSTRAINT ck_refund_approval_level CHECK (level > 0),
        CONSTRAINT ck_refund_approval_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED'))
    ) CLUSTERED",
    "CREATE UNIQUE INDEX uq_refund_approval_approver ON refund_approval (refund_request_id, approver_id)",
    "CREATE INDEX idx_refund_approval_approver_id ON refund_approval (approver_id)",
];

/// The older schema asks nobody: what waits was not given back and can be asked for again.
const DOWN: &[&str] = &[
    "DROP TABLE refund_approval",
    "DROP TABLE refund_request",
    "ALTER TABLE channel DROP COLUMN refund_approval_levels",
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
