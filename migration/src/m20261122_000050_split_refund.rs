//! A refund is one decision about an order: for which units, made of which steps, through which payments.

use sea_orm_migration::sea_orm::{DbErr, DeriveMigrationName};
use sea_orm_migration::{MigrationTrait, SchemaManager, async_trait};

use crate::ddl;

/// The table of refunds is made anew: SQLite can neither drop a column that refers to another table nor change a check.
/// Until now each refund went back through one payment, so its transfer takes over its id.
const UP: &[&str] = &[
    "CREATE TABLE refund_before AS SELECT * FROM refund",
    "DROP TABLE refund",
    "CREATE TABLE refund (
        id uuid NOT NULL PRIMARY KEY,
        order_id uuid NOT NULL REFERENCES \"order\" (id),
        order_cancellation_id uuid REFERENCES order_cancellation (id),
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        currency text NOT NULL,
        reason text NOT NULL,
        points_restored integer NOT NULL,
        points_clawed_back integer NOT NULL,
        coupon_codes jsonb NOT NULL,
        actor_kind text NOT NULL,
        actor_id uuid,
        created_at timestamptz NOT NULL,
        settled_at timestamptz,
        CONSTRAINT ck_refund_status CHECK (status IN ('PENDING', 'SUCCEEDED', 'PARTIALLY_SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_refund_amount CHECK (amount_minor >= 0),
        CONSTRAINT ck_refund_currency CHECK (length(currency) = 3),
        CONSTRAINT ck_refund_points CHECK (points_restored >= 0 AND points_clawed_back >= 0),
        CONSTRAINT ck_refund_actor_kind
            CHECK (actor_kind IN ('GUEST', 'MEMBER', 'STAFF', 'API_KEY', 'PROVIDER', 'SYSTEM'))
    )",
    "INSERT INTO refund (id, order_id, status, amount_minor, currency, reason, points_restored, points_clawed_back,
        coupon_codes, actor_kind, actor_id, created_at, settled_at)
        SELECT id, order_id, status, amount_minor, currency, reason, points_restored, points_clawed_back,
        '[]', actor_kind, actor_id, created_at, settled_at FROM refund_before",
    "CREATE INDEX idx_refund_order_id ON refund (order_id)",
    "CREATE UNIQUE INDEX uq_refund_order_cancellation_id ON refund (order_cancellation_id)
        WHERE order_cancellation_id IS NOT NULL",
    "CREATE TABLE refund_transfer (
        id uuid NOT NULL PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES refund (id),
        payment_id uuid NOT NULL REFERENCES payment (id),
        status text NOT NULL,
        amount_minor bigint NOT NULL,
        provider_ref text,
        settled_at timestamptz,
        CONSTRAINT uq_refund_transfer_refund_id_payment_id UNIQUE (refund_id, payment_id),
        CONSTRAINT ck_refund_transfer_status CHECK (status IN ('PENDING', 'SUCCEEDED', 'FAILED')),
        CONSTRAINT ck_refund_transfer_amount CHECK (amount_minor > 0)
    )",
    "INSERT INTO refund_transfer (id, refund_id, payment_id, status, amount_minor, provider_ref, settled_at)
        SELECT id, id, payment_id, status, amount_minor, provider_ref, settled_at FROM refund_before",
    "CREATE INDEX idx_refund_transfer_payment_id ON refund_transfer (payment_id)",
    "DROP TABLE refund_before",
    "CREATE TABLE refund_line (
        refund_id uuid NOT NULL REFERENCES refund (id),
        order_line_id uuid NOT NULL REFERENCES order_line (id),
        quantity integer NOT NULL,
        subtotal_minor bigint NOT NULL,
        tax_minor bigint NOT NULL,
        total_minor bigint NOT NULL,
        PRIMARY KEY (refund_id, order_line_id),
        CONSTRAINT ck_refund_line_quantity CHECK (quantity > 0),
        CONSTRAINT ck_refund_line_amounts CHECK (subtotal_minor >= 0 AND tax_minor >= 0 AND total_minor >= 0)
    )",
    "CREATE INDEX idx_refund_line_order_line_id ON refund_line (order_line_id)",
    "CREATE TABLE refund_adjustment (
        id uuid NOT NULL PRIMARY KEY,
        refund_id uuid NOT NULL REFERENCES refund (id),
        order_adjustment_id uuid REFERENCES order_adjustment (id),
        order_line_id uuid REFERENCES order_line (id),
        kind text NOT NULL,
        label text NOT NULL,
        amount_minor bigint NOT NULL,
        included boolean NOT NULL,
        source_id text,
        position integer NOT NULL,
        CONSTRAINT ck_refund_adjustment_kind CHECK (kind IN ('PROMOTION', 'COUPON', 'POINTS', 'SHIPPING', 'TAX',
            'SURCHARGE', 'MANUAL', 'ROUNDING'))
    )",
    "CREATE INDEX idx_refund_adjustment_refund_id_position ON refund_adjustment (refund_id, position)",
    "CREATE INDEX idx_refund_adjustment_order_adjustment_id ON refund_adjustment (order_adjustment_id)",
    "CREATE INDEX idx_refund_adjustment_order_line_id ON refund_adjustment (order_line_id)",
    "ALTER TABLE points_hold ADD COLUMN returned bigint NOT NULL DEFAULT 0
        CONSTRAINT ck_points_hold_returned CHECK (returned BETWEEN 0 AND points)",
];

/// A refund through several payments becomes several again; one that moved no money has no place in the older schema.
const DOWN: &[&str] = &[
    "ALTER TABLE points_hold DROP COLUMN returned",
    "DROP TABLE refund_adjustment",
    "DROP TABLE refund_line",
    "CREATE TABLE refund_after AS SELECT t.id, r.order_id, t.payment_id, t.status, t.amount_minor, r.currency, r.reason,
        r.points_restored, r.points_clawed_back, t.provider_ref, r.actor_kind, r.actor_id, r.created_at, t.settled_at
        FROM refund_transfer t JOIN refund r ON r.id = t.refund_id",
    "DROP TABLE refund_transfer",
    "DROP TABLE refund",
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
    "INSERT INTO refund (id, order_id, payment_id, status, amount_minor, currency, reason, points_restored,
        points_clawed_back, provider_ref, actor_kind, actor_id, created_at, settled_at)
        SELECT id, order_id, payment_id, status, amount_minor, currency, reason, points_restored,
        points_clawed_back, provider_ref, actor_kind, actor_id, created_at, settled_at FROM refund_after",
    "DROP TABLE refund_after",
    "CREATE INDEX idx_refund_order_id ON refund (order_id)",
    "CREATE INDEX idx_refund_payment_id ON refund (payment_id)",
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
