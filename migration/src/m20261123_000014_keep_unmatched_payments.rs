//! Money that fits nothing waits for people; what providers settled is compared with the books.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE unmatched_payment (
        id uuid NOT NULL PRIMARY KEY,
        provider text NOT NULL,
        provider_ref text NOT NULL,
        event_id text NOT NULL,
        message jsonb NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        status text NOT NULL,
        order_id uuid REFERENCES \"order\" (id),
        note text,
        actor_kind text,
        actor_id uuid,
        occurred_at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        closed_at timestamptz,
        CONSTRAINT uq_unmatched_payment_provider_event_id UNIQUE (provider, event_id),
        CONSTRAINT ck_unmatched_payment_status CHECK (status IN ('OPEN', 'MATCHED', 'CLOSED')),
        CONSTRAINT ck_unmatched_payment_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_unmatched_payment_status ON unmatched_payment (status, id)",
    "CREATE INDEX idx_unmatched_payment_provider_ref ON unmatched_payment (provider, provider_ref)",
    "CREATE INDEX idx_unmatched_payment_order_id ON unmatched_payment (order_id) WHERE order_id IS NOT NULL",
    "CREATE TABLE settlement_import (
        id uuid NOT NULL PRIMARY KEY,
        provider text NOT NULL,
        content_hash text NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        CONSTRAINT uq_settlement_import_provider_content_hash UNIQUE (provider, content_hash),
        CONSTRAINT ck_settlement_import_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE TABLE settlement_line (
        id uuid NOT NULL,
        settlement_import_id uuid NOT NULL REFERENCES settlement_import (id),
        position integer NOT NULL,
        reference text NOT NULL,
        kind text NOT NULL,
        amount_minor bigint NOT NULL,
        fee_minor bigint NOT NULL,
        currency text NOT NULL,
        settled_at timestamptz NOT NULL,
        outcome text NOT NULL,
        payment_id uuid REFERENCES payment (id),
        booked_minor bigint,
        booked_currency text,
        PRIMARY KEY (settlement_import_id, position),
        CONSTRAINT uq_settlement_line_id UNIQUE (id),
        CONSTRAINT ck_settlement_line_kind CHECK (kind IN ('CHARGE', 'REFUND', 'CHARGEBACK')),
        CONSTRAINT ck_settlement_line_outcome CHECK (outcome IN ('MATCHED', 'DIFFERENT', 'MISSING')),
        CONSTRAINT ck_settlement_line_amount CHECK (amount_minor > 0),
        CONSTRAINT ck_settlement_line_booked CHECK ((booked_minor IS NULL) = (booked_currency IS NULL))
    ) CLUSTERED",
    "CREATE INDEX idx_settlement_line_payment_id ON settlement_line (payment_id) WHERE payment_id IS NOT NULL",
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
        ddl::drop_tables(
            manager,
            &["settlement_line", "settlement_import", "unmatched_payment"],
        )
        .await
    }
}
