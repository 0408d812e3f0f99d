//! Edits of placed orders, what they leave owed, and the payments that settle it.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE order_change (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        status text NOT NULL,
        steps jsonb NOT NULL,
        cost_before jsonb NOT NULL,
        cost_after jsonb NOT NULL,
        difference_minor bigint NOT NULL,
        reason text NOT NULL,
        order_version integer NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        responded_at timestamptz,
        CONSTRAINT ck_order_change_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED')),
        CONSTRAINT ck_order_change_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_order_change_order_id ON order_change (order_id)",
    "CREATE UNIQUE INDEX uq_order_change_order_id ON order_change (order_id) WHERE status = 'PENDING'",
    "ALTER TABLE \"order\" ADD COLUMN owed_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_order_owed CHECK (owed_minor >= 0)",
    "ALTER TABLE \"order\" ADD COLUMN set_off_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_order_set_off CHECK (set_off_minor >= 0)",
    // The row an added line or a tax belongs to; both are only ever read together with it.
    "ALTER TABLE order_line ADD COLUMN order_change_id uuid",
    "ALTER TABLE order_adjustment ADD COLUMN surcharge_id uuid",
    "ALTER TABLE refund ADD COLUMN set_off_minor bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_refund_set_off CHECK (set_off_minor >= 0)",
    "ALTER TABLE payment ADD COLUMN for_change boolean NOT NULL DEFAULT false",
    // What changes add is paid by payments of their own, any number of them.
    "DROP INDEX uq_payment_order_id",
    "CREATE UNIQUE INDEX uq_payment_order_id ON payment (order_id) WHERE is_settling AND NOT for_change",
];

/// The older schema knows one payment that counts.
const DOWN: &[&str] = &[
    "DROP INDEX uq_payment_order_id",
    "UPDATE payment SET is_settling = false WHERE for_change",
    "CREATE UNIQUE INDEX uq_payment_order_id ON payment (order_id) WHERE is_settling",
    "ALTER TABLE payment DROP COLUMN for_change",
    "ALTER TABLE refund DROP COLUMN set_off_minor",
    "ALTER TABLE order_adjustment DROP COLUMN surcharge_id",
    "ALTER TABLE order_line DROP COLUMN order_change_id",
    "ALTER TABLE \"order\" DROP COLUMN set_off_minor",
    "ALTER TABLE \"order\" DROP COLUMN owed_minor",
    "DROP TABLE order_change",
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
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await
    }
}
