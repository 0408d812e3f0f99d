//! Answers of the back office by line, counter-proposals to buyers, and units of orders that are called off.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl::{self, Check};

const POLICY: Check<'_> = Check {
    table: "channel",
    name: "ck_channel_confirmation_policy",
    narrow: "CHECK (confirmation_policy IN ('NONE', 'REQUIRED'))",
    wide: "CHECK (confirmation_policy IN ('NONE', 'ADVISORY', 'REQUIRED'))",
};

/// What was asked before is what the warehouses promised when the orders were placed.
const UP: &[&str] = &[
    "ALTER TABLE channel ADD COLUMN confirmation_timeout text NOT NULL DEFAULT 'ESCALATE'
        CONSTRAINT ck_channel_confirmation_timeout CHECK (confirmation_timeout IN ('ESCALATE', 'REJECT'))",
    "ALTER TABLE channel ADD COLUMN proposal_deadline_hours integer NOT NULL DEFAULT 48
        CONSTRAINT ck_channel_proposal_deadline_hours CHECK (proposal_deadline_hours > 0)",
    "CREATE TABLE order_confirmation_line (
        request_id uuid NOT NULL REFERENCES order_confirmation_request (id),
        order_line_id uuid NOT NULL REFERENCES order_line (id),
        quantity integer NOT NULL,
        answered_quantity integer,
        promised_ship_at timestamptz,
        substitute_variant_id uuid REFERENCES product_variant (id),
        PRIMARY KEY (request_id, order_line_id),
        CONSTRAINT ck_order_confirmation_line_quantity
            CHECK (quantity > 0 AND answered_quantity BETWEEN 0 AND quantity)
    ) CLUSTERED",
    "CREATE INDEX idx_order_confirmation_line_order_line_id ON order_confirmation_line (order_line_id)",
    "CREATE INDEX idx_order_confirmation_line_substitute_variant_id
        ON order_confirmation_line (substitute_variant_id) WHERE substitute_variant_id IS NOT NULL",
    "INSERT INTO order_confirmation_line (request_id, order_line_id, quantity)
        SELECT r.id, l.id, SUM(m.allocated_delta)
        FROM order_confirmation_request r
        JOIN order_line l ON l.order_id = r.order_id
        JOIN stock_movement m ON m.source_id = r.order_id AND m.warehouse_id = r.warehouse_id
            AND m.variant_id = l.variant_id AND m.kind = 'ALLOCATION'
        GROUP BY r.id, l.id HAVING SUM(m.allocated_delta) > 0",
    "CREATE TABLE order_proposal (
        order_id uuid NOT NULL PRIMARY KEY REFERENCES \"order\" (id),
        status text NOT NULL,
        cost jsonb NOT NULL,
        expires_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        responded_at timestamptz,
        CONSTRAINT ck_order_proposal_status
            CHECK (status IN ('PENDING', 'ACCEPTED', 'DECLINED', 'CANCELLED', 'EXPIRED'))
    )",
    "CREATE INDEX idx_order_proposal_expires_at ON order_proposal (expires_at) WHERE status = 'PENDING'",
    "CREATE TABLE order_cancellation_line (
        cancellation_id uuid NOT NULL REFERENCES order_cancellation (id),
        order_line_id uuid NOT NULL REFERENCES order_line (id),
        quantity integer NOT NULL,
        PRIMARY KEY (cancellation_id, order_line_id),
        CONSTRAINT ck_order_cancellation_line_quantity CHECK (quantity > 0)
    ) CLUSTERED",
    "CREATE INDEX idx_order_cancellation_line_order_line_id ON order_cancellation_line (order_line_id)",
];

/// A partial answer has no place in the older schema: its question is asked again.
const DOWN: &[&str] = &[
    "DROP TABLE order_cancellation_line",
    "DROP TABLE order_proposal",
    "DROP TABLE order_confirmation_line",
    "UPDATE order_confirmation_request SET status = 'PENDING' WHERE status = 'PARTIAL'",
    "ALTER TABLE channel DROP COLUMN proposal_deadline_hours",
    "ALTER TABLE channel DROP COLUMN confirmation_timeout",
    "UPDATE channel SET confirmation_policy = 'REQUIRED' WHERE confirmation_policy = 'ADVISORY'",
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
        POLICY.widen(manager).await?;
        ddl::run(manager, UP).await
    }

    async fn down(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        ddl::run(manager, DOWN).await?;
        POLICY.narrow(manager).await
    }
}
