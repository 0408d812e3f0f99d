//! Payments, every event of theirs, what providers reported, and refunds.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

const UP: &[&str] = &[
    "CREATE TABLE payment (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        payment_method_id uuid NOT NULL REFERENCES payment_method (id),
        provider text NOT NULL,
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        authorized_minor bigint NOT NULL DEFAULT 0,
        captured_minor bigint NOT NULL DEFAULT 0,
        refunded_minor bigint NOT NULL DEFAULT 0,
        provider_ref text,
        redirect_url text,
        return_url text,
        expires_at timestamptz,
        error text,
        is_settling boolean NOT NULL,
        version integer NOT NULL,
        created_at timestamptz NOT NULL,
        updated_at timestamptz NOT NULL,
        CONSTRAINT uq_payment_provider_provider_ref UNIQUE (provider, provider_ref),
        CONSTRAINT ck_payment_provider CHECK (provider IN ('manual', 'test')),
        CONSTRAINT ck_payment_status CHECK (status IN ('CREATED', 'ACTION_REQUIRED', 'PROCESSING', 'SUCCEEDED',
            'FAILED', 'CANCELLED', 'EXPIRED')),
        CONSTRAINT ck_payment_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_payment_amount CHECK (amount_minor > 0 AND authorized_minor >= 0 AND captured_minor >= 0),
        CONSTRAINT ck_payment_refunded CHECK (refunded_minor BETWEEN 0 AND captured_minor)
    )",
    "CREATE INDEX idx_payment_order_id ON payment (order_id)",
    "CREATE INDEX idx_payment_payment_method_id ON payment (payment_method_id)",
    // One capture counts per order; a second one is money to give back.
    "CREATE UNIQUE INDEX uq_payment_order_id ON payment (order_id) WHERE is_settling",
    "CREATE TABLE payment_event (
        id uuid NOT NULL PRIMARY KEY,
        payment_id uuid NOT NULL REFERENCES payment (id),
        kind text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        provider_ref text,
        provider_event_id text,
        message text,
        occurred_at timestamptz NOT NULL,
        recorded_at timestamptz NOT NULL,
        CONSTRAINT ck_payment_event_kind CHECK (kind IN ('ACTION_REQUIRED', 'AUTHORIZED', 'AUTHORIZE_FAILED',
            'CAPTURED', 'CAPTURE_FAILED', 'VOIDED', 'VOID_FAILED', 'REFUND_REQUESTED', 'REFUNDED', 'REFUND_FAILED',
            'CHARGED_BACK')),
        CONSTRAINT ck_payment_event_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_payment_event_amount CHECK (amount_minor >= 0)
    )",
    "CREATE INDEX idx_payment_event_payment_id ON payment_event (payment_id)",
    "CREATE UNIQUE INDEX uq_payment_event_payment_id_provider_event_id
        ON payment_event (payment_id, provider_event_id) WHERE provider_event_id IS NOT NULL",
    "CREATE TABLE webhook_inbox (
        id uuid NOT NULL PRIMARY KEY,
        provider text NOT NULL,
        event_id text NOT NULL,
        body text NOT NULL,
        received_at timestamptz NOT NULL,
        processed_at timestamptz,
        attempts integer NOT NULL DEFAULT 0,
        error text,
        CONSTRAINT uq_webhook_inbox_provider_event_id UNIQUE (provider, event_id),
        CONSTRAINT ck_webhook_inbox_attempts CHECK (attempts >= 0)
    )",
    "CREATE INDEX idx_webhook_inbox_received_at ON webhook_inbox (received_at) WHERE processed_at IS NULL",
    "CREATE TABLE refund (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        payment_id uuid NOT NULL REFERENCES payment (id),
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        reason text NOT NULL,
        points_restored integer NOT NULL,
        points_clawed_back integer NOT NULL,
        provider_ref text,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        settled_at timestamptz,
        CONSTRAINT ck_refund_status CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_refund_amount CHECK (amount_minor > 0),
        CONSTRAINT ck_refund_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_refund_points CHECK (points_restored >= 0 AND points_clawed_back >= 0),
        CONSTRAINT ck_refund_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "CREATE INDEX idx_refund_order_id ON refund (order_id)",
    "CREATE INDEX idx_refund_payment_id ON refund (payment_id)",
];

const DOWN: &[&str] = &["refund", "webhook_inbox", "payment_event", "payment"];

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
